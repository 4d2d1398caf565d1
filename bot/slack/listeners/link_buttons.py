"""Buttons on cards and thread lines, and the forms that some of them open."""

import contextlib
import uuid
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.actions import Action
from bot.domain.errors import FieldErrors, NotYet, Refused
from bot.domain.links import Link
from bot.domain.redrafting import draft_of
from bot.domain.stories import CardState, Story
from bot.services.looking import Looking
from bot.services.ports.storage import Store
from bot.services.ports.threads import NotEditable, People, ThreadError
from bot.services.ports.world import Clock
from bot.services.pressing import Press, Pressing
from bot.services.reopening import Reopening
from bot.slack import ids
from bot.slack.form_errors import errors_for
from bot.slack.forms import draft_from_state, is_sure, longer, read_part
from bot.slack.listeners.drawing import FormDrawing
from bot.slack.listeners.not_opened import not_opened
from bot.slack.listeners.payloads import Body, Knock, actor_of, knock
from bot.slack.listeners.saving import CLICK, SUBMIT, Late, NotSaved, in_time
from bot.slack.owned import Owned
from bot.slack.threads import SlackThreads
from bot.slack.views.blocks import Block
from bot.slack.views.change_form import KEPT
from bot.slack.views.link_reply import link_reply
from bot.slack.views.part_form import part_form
from bot.slack.views.release_form import release_form
from bot.slack.views.resend_form import cancelling_first, extend_form, resend_form
from bot.slack.views.stop_waiting_form import stop_waiting_form

log = structlog.get_logger()

_LATE: Final = "Not certain whether it was recorded. Look at the card before you press again."
_LOOKS: Final = frozenset({Action.REFRESH, Action.CHECK_AGAIN})
_OPENS_FORM: Final = frozenset(
    {
        Action.CAPTURE_PART,
        Action.REFUND,
        Action.RELEASE,
        Action.STOP_WAITING,
        Action.RESEND,
        Action.CHANGE,
        Action.EXTEND,
        Action.REQUEST_AGAIN,
    }
)
_AFTERWARDS: Final = _LOOKS | _OPENS_FORM | {Action.SHOW_LINK}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkButtonsListener:
    """A press is recorded before the answer; everything that only looks happens after it."""

    store: Store
    clock: Clock
    people: People
    pressing: Pressing
    reopening: Reopening
    looking: Looking
    threads: SlackThreads
    owned: Owned
    drawing: FormDrawing

    async def pressed(self, ack: AsyncAck, body: Body, action: Body) -> None:
        """A click on a button of a link."""
        value = ids.pressed(action)
        if value.action is None:
            raise Refused("This button is too old. Use the newest card.", "old-button")
        self.owned.start("look for a second copy", self._point_to_the_card(body, value.link_id))
        if value.action in _AFTERWARDS:
            looking = self._afterwards(body, value, value.action)
            self.owned.start(f"press {value.action}", self._explaining(knock(body), looking))
        else:
            press = await self._press(body, value, value.action)
            await in_time(self.owned, self.pressing.press(press), CLICK)
        await ack()

    async def _afterwards(self, body: Body, value: ids.ButtonValue, action: Action) -> None:
        """What only looks, or opens a form, after the answer: it has to be known who presses."""
        press, who = await self._press(body, value, action), knock(body)
        if action in _LOOKS:
            await self._refresh(press, who)
        elif action is Action.SHOW_LINK:
            await self._show(press, who)
        else:
            await self._open(press, who)

    async def part_sent(self, ack: AsyncAck, body: Body) -> None:
        """*Capture* or *Refund* in the form of parts."""
        about = ids.ButtonValue.decode(body["view"].get("private_metadata"))
        if about.action is None:
            raise Refused("This form is too old. Open it again.", "old-form")
        press = await self._press(body, about, about.action)
        try:
            await in_time(self.owned, self._send_part(press, about, body["view"]["state"]["values"]), SUBMIT)
        except FieldErrors as wrong:
            await ack(response_action="errors", errors=wrong.fields)
        except NotYet as refusal:
            await ack(response_action="errors", errors={ids.PART: refusal.sentence})
        except NotSaved:
            await ack(response_action="errors", errors={ids.PART: "Not saved. Press the button again."})
        except Late:
            await ack(response_action="errors", errors={ids.PART: _LATE})
        else:
            await ack()

    async def confirmed(self, ack: AsyncAck, body: Body) -> None:
        """*Release* or *Stop waiting* in the form with a box to tick."""
        stops = body["view"].get("callback_id") == ids.VIEW_STOP_WAITING
        about = ids.ButtonValue.decode(body["view"].get("private_metadata"))
        if not is_sure(body["view"]):
            await ack(response_action="errors", errors={ids.SURE: "Tick this box, or go back."})
            return
        press = await self._press(body, about, Action.STOP_WAITING if stops else Action.RELEASE)
        try:
            await in_time(self.owned, self.pressing.press(press), SUBMIT)
        except NotYet as refusal:
            await ack(response_action="errors", errors={ids.SURE: refusal.sentence})
        except NotSaved:
            await ack(response_action="errors", errors={ids.SURE: "Not saved. Press the button again."})
        except Late:
            await ack(response_action="errors", errors={ids.SURE: _LATE})
        else:
            await ack()

    async def resend_sent(self, ack: AsyncAck, body: Body) -> None:
        """*Send* in the form of another number, another way, or a longer life."""
        view = body["view"]
        about = ids.ButtonValue.decode(view.get("private_metadata"))
        press = await self._press(body, about, about.action or Action.RESEND)
        try:
            link = await in_time(self.owned, self._resend(press, view), SUBMIT)
        except FieldErrors as wrong:
            await ack(response_action="errors", errors=errors_for(wrong.fields, view))
        except NotYet as refusal:
            await ack(response_action="errors", errors=errors_for({ids.PHONE: refusal.sentence}, view))
        except NotSaved:
            await ack(
                response_action="errors", errors=errors_for({ids.PHONE: "Not saved. Press the button again."}, view)
            )
        except Late:
            await ack(response_action="errors", errors=errors_for({ids.PHONE: _LATE}, view))
        else:
            await ack(response_action="update", view=cancelling_first(link))

    async def _resend(self, press: Press, view: Body) -> Link:
        story = await self.pressing.story(press)
        state = view["state"]["values"]
        draft = draft_of(story.order, uuid.uuid4().hex)
        draft = longer(draft, state) if press.action is Action.EXTEND else draft_from_state(draft, state)
        await self.pressing.press(replace(press, draft=draft, view_id=str(view["id"])))
        return story.link(press.link_id)

    async def _send_part(self, press: Press, about: ids.ButtonValue, typed: Body) -> None:
        story = await self.pressing.story(press)
        part = read_part(typed, story, about, locale=self.threads.look.locale)
        await self.pressing.press(replace(press, part=part))

    async def _press(self, body: Body, value: ids.ButtonValue, action: Action) -> Press:
        return Press(
            action=action,
            link_id=value.link_id,
            actor=await actor_of(self.people, body),
            seen_open=value.open_minor,
            operation=value.operation,
            response_url=knock(body).response_url,
        )

    async def _refresh(self, press: Press, who: Knock) -> None:
        told = await self.looking.refresh(press)
        if told is not None:
            await self._whisper(who, told.sentence, told.about)

    async def _show(self, press: Press, who: Knock) -> None:
        story, link = await self.looking.show(press)
        url, carriers = self.threads.address(story, link), self.threads.carriers(story, link)
        reply = link_reply(story, link, url, self.clock.now(), self.threads.look, carriers)
        await self.threads.whisper_message(
            reply, channel=who.channel, user_id=who.user_id, response_url=who.response_url
        )

    async def _open(self, press: Press, who: Knock) -> None:
        story = await self.pressing.story(press)
        link = story.link(press.link_id)
        view = await self._form(story, press)
        try:
            await self.threads.open_view(who.trigger_id, view)
        except ThreadError as error:
            if (sentence := not_opened(error, "Press the button again.")) is not None:
                raise Refused(sentence, "form", about=link.reference) from None

    async def _form(self, story: Story, press: Press) -> Block:
        link, look = story.link(press.link_id), self.threads.look
        if press.action is Action.RESEND:
            return resend_form(story, link, look)
        if press.action is Action.EXTEND:
            return extend_form(story, link, self.clock.now(), look)
        if press.action is Action.RELEASE:
            return release_form(story, link, look)
        if press.action is Action.STOP_WAITING:
            return stop_waiting_form(story, link, look)
        if press.action is Action.REQUEST_AGAIN:
            return await self.drawing.form(await self.reopening.again(story, link, press.actor.user_id))
        if press.action is Action.CHANGE:
            draft, typed_before = await self.reopening.change(story, link, press.actor.user_id)
            return await self.drawing.form(draft, KEPT if typed_before else "")
        return part_form(story, link, press.action, look)

    async def _explaining(self, who: Knock, work: Any) -> None:
        """Await `work`; a refusal is told to the person, with the fresh card in the channel."""
        try:
            await work
        except Refused as refusal:
            await self._whisper(who, refusal.sentence, refusal.about)

    async def _whisper(self, who: Knock, sentence: str, about: str | None) -> None:
        await self.threads.whisper(
            channel=who.channel, user_id=who.user_id, sentence=sentence, response_url=who.response_url, about=about
        )

    async def _point_to_the_card(self, body: Body, link_id: str) -> None:
        """A click on a card that is not ours any more: a post whose answer was lost left a second copy."""
        container = body.get("container") or {}
        ts, channel = container.get("message_ts"), container.get("channel_id")
        if not ts or not channel or container.get("thread_ts") or container.get("is_ephemeral"):
            return
        async with self.store.read() as work:
            story = await work.story_of_link(link_id)
        if story is None or not _is_a_copy(story, str(channel), str(ts)):
            return
        try:  # a pointer may lead only to a card that stands
            with contextlib.suppress(NotEditable):
                await self.threads.update_card(story, self.clock.now())
            await self.threads.mark_moved(story, str(channel), str(ts))
        except ThreadError as error:  # the next click on it tries again
            log.info("copy_kept", order=story.order.id, reason=type(error).__name__)


def _is_a_copy(story: Story, channel: str, ts: str) -> bool:
    card = story.card
    return card.state in {CardState.POSTED, CardState.FROZEN} and (card.channel, card.ts) != (channel, ts)
