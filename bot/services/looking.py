"""Buttons that only look: Refresh, Check again, Show link."""

from dataclasses import dataclass
from typing import Final

from bot.domain.accounts import NOT_FOLLOWED
from bot.domain.actions import PRESSED_FOR, may_be_closed
from bot.domain.errors import GatewayError, NotFollowed, NotUnderstood, Refused
from bot.domain.events import Happened, News, Source
from bot.domain.links import Link
from bot.domain.operations import Kind, Operation, State, noun
from bot.domain.permissions import Forbidden, decide
from bot.domain.stories import Story
from bot.services.clock_changes import certain_now
from bot.services.ports.storage import Store
from bot.services.ports.world import Bell, Clock
from bot.services.press_refusals import naming
from bot.services.pressing import Press, Pressing, close_as_absent, is_about
from bot.services.refreshing import Refreshing

_STOP_WAITING: Final = "A day after it was asked for, _Stop waiting…_ can end the wait"
_CHECK_LATER: Final = (
    "If there is still none ten minutes after it was sent, _Check again_ gives the card's usual buttons back."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A sentence for the person who asked, and the reference of the link it is about."""

    about: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Reads for people."""

    store: Store
    clock: Clock
    bell: Bell
    pressing: Pressing
    refreshing: Refreshing

    async def refresh(self, press: Press) -> Told | None:
        """Look at Dintero now; returns what to say when there is nothing new to see on the card.

        An operation that looking for long enough shows no trace of ends here as *absent*, and the usual buttons
        come back.

        Raises:
            Refused: when the person may not, or Dintero did not answer.

        """
        before = await self.pressing.story(press)
        link = before.link(press.link_id)
        with naming(link):
            sentence = await self._refresh(before, press)
        return Told(about=link.reference, sentence=sentence) if sentence is not None else None

    async def _refresh(self, before: Story, press: Press) -> str | None:
        try:
            link = await self.refreshing.refresh(press.link_id)
        except NotUnderstood:
            raise Refused(
                "What Dintero shows does not fit this link, so the card may be out of date. Look at it in Backoffice.",
                "not-understood",
            ) from None
        except NotFollowed:
            raise Refused(NOT_FOLLOWED, "not-followed") from None
        except GatewayError:
            await self.refreshing.look_again(press.link_id)
            raise Refused(
                "Dintero could not be read just now, so the card may be out of date. Press Refresh again in a moment. "
                "If that goes on, tell whoever runs Paylink.",
                "dintero",
            ) from None
        link = link or before.link(press.link_id)
        doubtful = link.operation
        if doubtful and is_about(press, doubtful) and may_be_closed(link, certain_now(self.clock, link)):
            return await self._close(before, link, doubtful, press)
        async with self.store.read() as work:
            after = await work.story_of_link(press.link_id)
        await self.pressing.redraw(press.link_id)
        unchanged = after is not None and after.version == before.version
        return _nothing_new(link, self.pressing.locale) if unchanged else None

    async def show(self, press: Press) -> tuple[Story, Link]:
        """The link with its address, for the one person who asked.

        Raises:
            Refused: when the person may not see it, or there is none to show.

        """
        story = await self.pressing.story(press)
        link = story.link(press.link_id)
        if link.url is None:
            raise Refused("This link has no address to show.", "no-url", about=link.reference)
        return story, link

    async def _close(self, story: Story, link: Link, operation: Operation, press: Press) -> str | None:
        """End the question; a sentence for those who may only look: whoever ends it frees the money to be moved."""
        order = story.order
        wanted = PRESSED_FOR[operation.kind]
        decision = decide(press.actor, wanted, team_id=order.team_id, issuer=order.issuer, policy=self.pressing.policy)
        if isinstance(decision, Forbidden):
            what = noun(operation.kind, operation.amount, link.currency, self.pressing.locale)
            return (
                f"Dintero shows no sign of {what}. The card stays as it is, because its usual buttons would let it be "
                f"asked for again. {decision.sentence}"
            )
        data = {"operation": operation.kind.value, "amount": operation.amount, "accepted": False}
        news = News(
            kind=Happened.ABSENT, source=Source.SLACK, at=self.clock.now(), actor=press.actor.user_id, data=data
        )
        async with self.store() as work:
            await close_as_absent(work, operation)
            await work.add_events(operation.link_id, (news,))
            await work.commit()
        self.bell.ring()
        return None


def _nothing_new(link: Link, locale: str) -> str:
    operation = link.operation
    if operation is None:
        return "Nothing new: the card shows what Dintero says right now."
    what = noun(operation.kind, operation.amount, link.currency, locale)
    if operation.state is State.ACCEPTED:
        kept = "; its amount stays deducted, because it may still be done" if operation.amount else ""
        return f"Nothing new: Dintero has accepted {what} and is still working on it. {_STOP_WAITING}{kept}."
    if link.facts.possible_entry:
        return (
            f"Not certain yet: Dintero's log has an entry that may be {what} but does not name it, so Paylink does "
            f"not repeat it. {_STOP_WAITING}."
        )
    then = "" if operation.kind is Kind.CREATE else f" {_CHECK_LATER}"
    return f"Dintero shows no sign of {what} yet. Paylink keeps looking and never sends it twice by itself.{then}"
