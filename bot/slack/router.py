"""One Bolt registration per kind of payload; a dict from id to handler behind it.

Bolt tries its listeners one by one, so there are few. `explained` stands around every handler: what a person should
read reaches them, and the rest is logged and answered with an apology that promises nothing about money.
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.errors import UserFacing
from bot.slack import ids
from bot.slack.listeners.change_form import ChangeFormListener
from bot.slack.listeners.command import CommandListener
from bot.slack.listeners.issue_form import IssueFormListener
from bot.slack.listeners.items import ItemsListener, is_about_items
from bot.slack.listeners.lines_form import LinesFormListener
from bot.slack.listeners.link_buttons import LinkButtonsListener
from bot.slack.listeners.patterns import PatternsListener, is_about_pattern
from bot.slack.listeners.payloads import Body, knock
from bot.slack.listeners.preview import PreviewListener
from bot.slack.listeners.shortcuts import ShortcutsListener
from bot.slack.owned import Owned
from bot.slack.threads import SlackThreads
from bot.slack.views.link_reply import sorry
from bot.slack.views.result_form import not_done_form
from bot.slack.views.words import named

log = structlog.get_logger()

_ANY: Final = re.compile(r"")
_APOLOGY: Final = (
    "Something went wrong here, and it is not certain whether your click was recorded. "
    "Look at the card before you press again."
)

ActionHandler = Callable[[AsyncAck, Body, Body], Awaitable[None]]
ViewHandler = Callable[[AsyncAck, Body], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """Ids to handlers."""

    commands: CommandListener
    shortcuts: ShortcutsListener
    forms: IssueFormListener
    changes: ChangeFormListener
    lines: LinesFormListener
    items: ItemsListener
    buttons: LinkButtonsListener
    previews: PreviewListener
    patterns: PatternsListener
    threads: SlackThreads
    owned: Owned

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt; the hottest first."""
        app.action(_ANY)(self._on_action)
        app.view(_ANY)(self._on_view)
        app.command(_ANY)(self._on_command)
        app.view_closed(_ANY)(_take_note)
        app.shortcut(_ANY)(self._on_shortcut)
        app.options(_ANY)(self._on_search)

    async def _on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        handler = self.items.show if is_about_items(body) else self.commands.command
        handler = self.patterns.command if is_about_pattern(body) else handler
        await self._explained(ack, body, handler(ack, body))

    async def _on_action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        action = body["actions"][0]
        action_id = str(action.get("action_id", ""))
        named = ids.kind_of(str(action.get("block_id", ""))) if action_id == ids.FIELD else action_id
        handler = self._form_actions().get(named) if body.get("view") is not None else None
        if action_id == ids.ITEM_REMOVE:
            handler = self.items.remove
        if handler is None and action_id.startswith(ids.LINK):
            handler = self.buttons.pressed
        if handler is None:  # radio buttons and the like report themselves; their value comes with the submission
            await ack()
            return
        await self._explained(ack, body, handler(ack, body, action))

    async def _on_shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        handler = self._shortcuts().get(str(body.get("callback_id", "")))
        if handler is None:
            await ack()
            return
        await self._explained(ack, body, handler(ack, body))

    async def _on_search(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self.items.suggest(ack, body)

    async def _on_view(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        handler = self._views().get(str(body["view"].get("callback_id", "")))
        if handler is None:
            await ack()
            return
        await self._explained(ack, body, handler(ack, body))

    def _shortcuts(self) -> Mapping[str, ViewHandler]:
        return {ids.SHORTCUT: self.shortcuts.anywhere, ids.MESSAGE_SHORTCUT: self.shortcuts.from_message}

    def _form_actions(self) -> Mapping[str, ActionHandler]:
        """What is pressed or chosen in a form."""
        return {
            ids.FORM_MORE: self.forms.more,
            ids.FORM_LINES: self.lines.open,
            ids.FORM_ADD_LINE: self.lines.add,
            ids.FORM_LINE: self.lines.chosen,
            ids.FORM_LAST_ORDER: self.lines.use_last,
            ids.ITEM: self.lines.item_chosen,
            ids.FORM_PREVIEW: self.previews.open,
            ids.FORM_SPAN: self.forms.no_date,
            ids.DEADLINE: self.forms.redraw,
            ids.DATE: self.forms.redraw,
            ids.DELIVERY: self.forms.redraw,
            ids.METHODS: self.forms.redraw,
            ids.REMIND: self.forms.redraw,
            ids.ADDRESS: self.forms.redraw,
            ids.CURRENCY: self.forms.redraw,
            ids.PRICES: self.forms.redraw,
            ids.PRICE: self.forms.redraw,
        }

    def _views(self) -> Mapping[str, ViewHandler]:
        return {
            ids.VIEW_ISSUE: self.forms.send,
            ids.VIEW_LINES: self.lines.done,
            ids.VIEW_LINE: self.lines.save,
            ids.VIEW_CAPTURE_PART: self.buttons.part_sent,
            ids.VIEW_REFUND: self.buttons.part_sent,
            ids.VIEW_RESEND: self.buttons.resend_sent,
            ids.VIEW_CHANGE: self.changes.send,
            ids.VIEW_RELEASE: self.buttons.confirmed,
            ids.VIEW_STOP_WAITING: self.buttons.confirmed,
        }

    async def _explained(self, ack: AsyncAck, body: Body, handling: Awaitable[None]) -> None:
        try:
            await handling
        except UserFacing as error:
            await self._tell(ack, body, named(error.about, error.sentence), error.code)
        except Exception:
            code = secrets.token_hex(3)
            log.exception("listener_failed", code=code)
            await self._tell(ack, body, _APOLOGY, code)

    async def _tell(self, ack: AsyncAck, body: Body, sentence: str, code: str) -> None:
        """Where the person is: in the form they sent, else for their eyes only in the channel."""
        if body.get("type") == "view_submission":
            await ack(response_action="update", view=not_done_form(sentence, code))
            return
        who = knock(body)
        apology = sorry(sentence, code)
        self.owned.start(
            "explain",
            self.threads.whisper_message(
                apology, channel=who.channel, user_id=who.user_id, response_url=who.response_url
            ),
        )
        await ack()


async def _take_note(ack: AsyncAck) -> None:
    """Nothing to do; an answer keeps Slack from warning the person, and Bolt from logging the payload."""
    await ack()
