"""The pattern that a channel's references are made by: set, shown, taken off."""

import math
from dataclasses import dataclass, field
from typing import Final

from bot.domain.errors import Refused
from bot.domain.numbering import Numbering, Pattern
from bot.domain.permissions import Actor, Forbidden, Policy, decide_numbering
from bot.services.issuing import Shop
from bot.services.numbering import next_number
from bot.services.ports.storage import Store
from bot.services.ports.work import Work
from bot.services.ports.world import Clock

_FRESH: Final = 30.0
"""Seconds for which a form may tell the next number without a look."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A channel's pattern and the reference that comes next."""

    pattern: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """One workspace's, by channel."""

    store: Store
    clock: Clock
    shop: Shop
    policy: Policy
    _known: dict[str, tuple[float, str]] = field(default_factory=dict)

    async def coming(self, channel: str) -> Coming | None:
        """What an empty reference becomes in a channel; None where it is made up."""
        async with self.store.read() as work:
            numbering = await work.numbering(self.shop.workspace_id, channel)
            return None if numbering is None else await self._coming(work, numbering)

    def known(self, channel: str) -> str | None:
        """The reference that comes next, where it was looked up in the last half minute."""
        at, reference = self._known.get(channel, (-math.inf, ""))
        return reference if self.clock.monotonic() - at <= _FRESH else None

    async def hint(self, channel: str) -> str:
        """The reference that comes next, looked up; an empty string where it is made up."""
        coming = await self.coming(channel)
        reference = coming.reference if coming else ""
        self._known[channel] = self.clock.monotonic(), reference
        return reference

    def forget(self, channel: str) -> None:
        """The number that was known was taken."""
        self._known.pop(channel, None)

    async def set(self, channel: str, text: str, actor: Actor) -> Coming:
        """Number the channel's references by this pattern from now on.

        Raises:
            Refused: when the person may not, or it is no pattern, or another channel's.

        """
        self._check(actor)
        try:
            pattern = Pattern.read(text)
        except ValueError as wrong:
            raise Refused(str(wrong), "pattern") from None
        numbering = Numbering(workspace_id=self.shop.workspace_id, channel=channel, pattern=pattern.text)
        async with self.store() as work:
            await self._check_alone(work, numbering)
            before = await work.hold_numbering(self.shop.workspace_id, channel)
            if before is None or before.pattern != numbering.pattern:
                await work.set_numbering(numbering, set_by=actor.user_id, at=self.clock.now())
            coming = await self._coming(work, before if before and before.pattern == pattern.text else numbering)
            await work.commit()
        self.forget(channel)
        return coming

    async def take_off(self, channel: str, actor: Actor) -> None:
        """Make up the channel's references again. Raises Refused."""
        self._check(actor)
        async with self.store() as work:
            await work.drop_numbering(self.shop.workspace_id, channel)
            await work.commit()
        self.forget(channel)

    async def _coming(self, work: Work, numbering: Numbering) -> Coming:
        day = self.clock.now().astimezone(self.shop.zone).date()
        number = await next_number(work, numbering, self.shop.account_id, day)
        return Coming(numbering.pattern, Pattern.read(numbering.pattern).reference(day, number))

    async def _check_alone(self, work: Work, numbering: Numbering) -> None:
        """Two channels with one pattern would count in one row, each with gaps."""
        other = await work.channel_numbered(numbering.workspace_id, numbering.pattern)
        if other not in {None, numbering.channel}:
            raise Refused(
                f"<#{other}> numbers its references so already. Put something of this channel's own in front, for "
                "example `S-{yyyy}-{seq}`.",
                "pattern-taken",
            )

    def _check(self, actor: Actor) -> None:
        decision = decide_numbering(actor, team_id=self.shop.team_id, policy=self.policy)
        if isinstance(decision, Forbidden):
            raise Refused(decision.sentence, "pattern")
