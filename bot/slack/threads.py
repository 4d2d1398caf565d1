"""Where stories are told: cards, thread lines, forms that wait, and words for one person only."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

import stamina
import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.domain.events import Event
from bot.domain.links import Delivered, Link, Status
from bot.domain.orders import ON_OUR_PAGE, Delivery, Order
from bot.domain.stories import Story
from bot.services.ports.threads import Gone, Rejected, SlackDown, ThreadError, Throttled
from bot.slack.answer_address import parts
from bot.slack.calls import BACKGROUND, SOMEBODY_WAITS, calling, is_slacks
from bot.slack.drawings import Drawings
from bot.slack.views.blocks import Block, Look, Message, code_to_scan, mail_link, without_pictures
from bot.slack.views.card import card
from bot.slack.views.line import line, takes_buttons
from bot.slack.views.link_reply import moved, said
from bot.slack.views.result_form import created_form, not_done_form, rejected_form, still_waiting_form, uncertain_form
from bot.slack.views.words import because, named

log = structlog.get_logger()

_FROZEN: Final = (
    "Slack no longer lets the card above be changed. What happens to this payment is told here in the thread, and the "
    "buttons below are the ones to press."
)
_QUIET: Final[dict[str, Any]] = {"unfurl_links": False, "unfurl_media": False}
_SHOW_WITHIN: Final = 20.0
"""Seconds for which a waiting form is tried: longer nobody looks at it, and the person is told otherwise."""
_SHOW_TRIES: Final = 4
_POSTS_APART: Final = 1.1
"""Seconds between two posts to a channel (Slack reference §11)."""


@dataclass(frozen=True, slots=True)
class SlackThreads:
    """Draws from state, makes one call. `client` repeats nothing by itself: a repeated post is a second card."""

    client: AsyncWebClient
    look: Look
    page: Callable[[str], str]
    """Where a customer finds our own page of a link, by its id."""
    mailto: Callable[[Order, Link], str]
    """What opens the seller's own mail program with a mail about the link."""
    drawings: Drawings = field(default_factory=Drawings)

    def takes_buttons(self, event: Event) -> bool:
        """Whether the event's line takes over the link's buttons, so that older lines lose theirs."""
        return takes_buttons(event.kind)

    async def post_card(self, story: Story, channel: str, now: datetime) -> str:
        """Post the card; its metadata names the order, so that two copies are recognisable."""
        drawn = card(story, now, self.look)
        metadata = {"event_type": "paylink_card", "event_payload": {"order": story.order.id}}
        return await self._post(drawn, channel=channel, metadata=metadata, **_within(_thread(story)))

    async def update_card(self, story: Story, now: datetime) -> None:
        """Redraw the card where it stands."""
        await self._update(card(story, now, self.look), story.card.channel, story.card.ts)

    async def post_line(self, story: Story, event: Event, now: datetime) -> str:
        """Tell one event in the thread."""
        drawn = line(story, event, now, self.look, with_buttons=True, picture=self.picture(event.link_id))
        return await self._post(drawn, channel=story.card.channel, thread_ts=_thread(story) or story.card.ts)

    async def post_frozen_notice(self, story: Story) -> str:
        """Say in the thread that the card can no longer be changed."""
        return await self._post(said(_FROZEN), channel=story.card.channel, thread_ts=_thread(story) or story.card.ts)

    async def strip_line(self, story: Story, event: Event, now: datetime) -> None:
        """Redraw an older line without its buttons."""
        drawn = line(story, event, now, self.look, with_buttons=False, picture=self.picture(event.link_id))
        await self._update(drawn, story.card.channel, event.told_ts)

    async def mark_moved(self, story: Story, channel: str, ts: str) -> None:
        """Turn a second copy of a card into a pointer to the one that is kept."""
        link = await calling(self.client.chat_getPermalink(channel=story.card.channel, message_ts=story.card.ts or ""))
        await self._update(moved(link.get("permalink")), channel, ts)

    async def direct_channel(self, user_id: str) -> str:
        """The bot's DM with a person."""
        answer = await calling(self.client.conversations_open(users=user_id))
        return str(answer["channel"]["id"])

    async def show_result(self, story: Story, link: Link, view_id: str) -> bool:
        """Put what became of a create into the form that waits for it; False when it is closed, or Slack down."""
        return await self._show(
            view_id, _result(story, link, self.address(story, link), self.look, self.carriers(story, link))
        )

    def address(self, story: Story, link: Link) -> str | None:
        """What the seller copies: our own page where they hand the link over, else Dintero's; None without a link."""
        if link.url is None or story.order_of(link).delivery not in ON_OUR_PAGE:
            return link.url
        return self.page(link.id)

    def picture(self, link_id: str) -> str:
        """Where the link's QR code stands as a picture."""
        return f"{self.page(link_id)}/qr.png"

    def carriers(self, story: Story, link: Link) -> list[Block]:
        """What carries the address to the customer, for the seller only: a mail to send, or a code to scan."""
        order, delivered = story.order_of(link), link.facts.delivered
        if link.url is None:
            return []
        if order.delivery is Delivery.QR:
            return [code_to_scan(self.picture(link.id), link.reference)]
        by_hand = order.delivery is Delivery.EMAIL and delivered not in {Delivered.SENT, Delivered.ON_ITS_WAY}
        return [mail_link(self.mailto(order, link))] if by_hand else []

    async def show_waiting(self, view_id: str) -> None:
        """Say that Dintero takes its time."""
        await self._show(view_id, still_waiting_form())

    async def show_not_done(self, view_id: str, sentence: str, quote: str | None) -> None:
        """Say that there will be no link, and why."""
        words = f"{sentence}{because(quote)}" if quote else sentence
        await self._show(view_id, not_done_form(words, "not-sent"))

    async def whisper(
        self,
        *,
        channel: str,
        user_id: str,
        sentence: str,
        response_url: str | None,
        quote: str | None = None,
        about: str | None = None,
    ) -> None:
        """Tell one person something: by `response_url`, else ephemeral, else by DM. Never raises."""
        words = f"{sentence}{because(quote)}" if quote else sentence
        await self.whisper_message(
            said(named(about, words)), channel=channel, user_id=user_id, response_url=response_url
        )

    async def whisper_message(self, message: Message, *, channel: str, user_id: str, response_url: str | None) -> None:
        """`whisper` for a message with blocks of its own."""
        if response_url is not None and await self.respond(response_url, message):
            return
        _, thread = parts(response_url)
        ephemeral = partial(self.client.chat_postEphemeral, channel=channel, user=user_id, thread_ts=thread or None)
        if channel and await self._whispered(message, ephemeral):
            return
        try:
            direct = await self.direct_channel(user_id)
        except ThreadError as error:
            log.warning("whisper_lost", reason=type(error).__name__)
            return
        if not await self._whispered(message, partial(self.client.chat_postMessage, channel=direct, **_QUIET)):
            log.warning("whisper_lost", reason="not taken")

    async def _whispered(self, message: Message, post: Callable[..., Awaitable[Any]]) -> bool:
        async def send(shown: Message) -> None:
            await _again_and_again(_asked_to_wait, lambda: post(text=shown.text, blocks=shown.blocks))

        try:
            await self.drawings.send(message, send)
        except (ThreadError, TimeoutError):
            return False
        return True

    async def open_view(self, trigger_id: str, view: Block) -> None:
        """Open a form; the trigger lives three seconds and is spent by one try."""
        await calling(self.client.views_open(trigger_id=trigger_id, view=view), seconds=SOMEBODY_WAITS)

    async def update_view(self, view_id: str, view: Block, view_hash: str | None) -> None:
        """Redraw a form, unless it has been redrawn since `view_hash`."""
        more = {"hash": view_hash} if view_hash else {}
        await calling(self.client.views_update(view_id=view_id, view=view, **more), seconds=SOMEBODY_WAITS)

    async def _show(self, view_id: str, view: Block) -> bool:
        """Redraw a form, again and again while Slack is busy or down: nothing but this ends its "Creating link…"."""
        try:
            await _again_and_again(_pause, lambda: self.client.views_update(view_id=view_id, view=view))
        except Rejected as refusal:  # most often: the person closed the form
            blocks = without_pictures(view["blocks"])
            if blocks != view["blocks"]:
                return await self._show(view_id, view | {"blocks": blocks})
            log.info("form_not_updated", reason=str(refusal))
            return False
        except (ThreadError, TimeoutError) as error:
            log.info("form_not_updated", reason=str(error))
            return False
        return True

    async def _post(self, message: Message, **where: Any) -> str:
        async def send(shown: Message) -> Any:
            return await calling(
                self.client.chat_postMessage(text=shown.text, blocks=shown.blocks, **_QUIET, **where)
            )  # fmt: skip

        answer = await self.drawings.send(message, send, apart=_POSTS_APART)
        ts = answer.get("ts")
        if not ts:
            raise SlackDown(doubtful=True)
        if where.get("thread_ts") and _stands_alone(answer.get("message")):
            await self._take_back(where["channel"], str(ts))
            raise Gone("the thread's first message was deleted")
        return str(ts)

    async def _take_back(self, channel: str, ts: str) -> None:
        """Delete a reply that Slack has put into the channel itself, because the message it answers was deleted."""
        try:
            await calling(self.client.chat_delete(channel=channel, ts=ts))
        except ThreadError as error:
            log.warning("reply_not_taken_back", reason=type(error).__name__)

    async def _update(self, message: Message, channel: str, ts: str | None) -> None:
        async def send(shown: Message) -> Any:
            return await calling(
                self.client.chat_update(channel=channel, ts=ts or "", text=shown.text, blocks=shown.blocks)
            )

        await self.drawings.send(message, send)

    async def respond(self, response_url: str, message: Message, *, in_place: bool = False) -> bool:
        """Answer by a `response_url`, in the place of what was clicked or for one person's eyes; False when it failed.

        Nothing is ever posted to an address that is not Slack's own, whoever names it.
        """
        url, thread = parts(response_url)
        if url is None or not is_slacks(url, self.client.base_url):
            log.warning("response_url_not_slacks")
            return False
        webhook = AsyncWebhookClient(
            url, session=self.client.session, ssl=self.client.ssl, retry_handlers=[]
        )  # fmt: skip
        webhook.proxy = self.client.proxy  # else the SDK takes one from the environment
        try:
            answer = await calling(
                webhook.send_dict(
                    {
                        "text": message.text,
                        "blocks": message.blocks,
                        **({} if in_place else {"response_type": "ephemeral", **_within(thread or None)}),
                        "replace_original": in_place,
                        "delete_original": False,
                    }
                )
            )
        except ThreadError:
            return False
        return answer.status_code == 200 and _is_taken(answer.body)


def _stands_alone(posted: object) -> bool:
    """Whether a reply stands in no thread, as far as the answer shows it (slack-go/slack#1571)."""
    return isinstance(posted, Mapping) and bool(posted) and not posted.get("thread_ts")


def _is_taken(body: str) -> bool:
    """Whether a `response_url` took a message: its 200 may still hold a refusal, or be another server's page."""
    try:
        answer = json.loads(body)
    except ValueError:
        return body.strip() in {"", "ok"}
    return isinstance(answer, Mapping) and bool(answer.get("ok"))


async def _again_and_again(on: Callable[[Exception], bool | float], call: Callable[[], Awaitable[Any]]) -> None:
    """Make a call that somebody waits to see the effect of.

    Raises:
        ThreadError: as `calling`, when `on` does not want another try.
        TimeoutError: when nobody looks any more.

    """
    async with asyncio.timeout(_SHOW_WITHIN):
        async for attempt in stamina.retry_context(
            on=on, attempts=_SHOW_TRIES, wait_initial=2.0, wait_exp_base=2.5, wait_max=10.0, wait_jitter=0.0
        ):
            with attempt:
                await calling(call(), seconds=BACKGROUND)


def _asked_to_wait(error: Exception) -> bool | float:
    """The seconds that Slack asks to wait, where that is not too long: it has shown nothing then."""
    return isinstance(error, Throttled) and error.seconds < _SHOW_WITHIN and error.seconds


def _pause(error: Exception) -> bool | float:
    """Whether a form is worth another try, or the seconds that Slack asks to wait before it."""
    return _asked_to_wait(error) or isinstance(error, SlackDown)


def _thread(story: Story) -> str | None:
    """The message whose thread the card stands in; none where it had to go elsewhere."""
    return story.order.thread if story.card.channel == story.order.channel and not story.card.diverted else None


def _within(thread: str | None) -> dict[str, str]:
    return {"thread_ts": thread} if thread else {}


def _result(story: Story, link: Link, url: str | None, look: Look, carriers: list[Block]) -> Block:
    if link.status is Status.REJECTED:
        return rejected_form(link.facts.rejection)
    if link.status is Status.UNCERTAIN:
        return uncertain_form(link)
    return created_form(story, url, look, carriers)
