"""The work that waits, by kind: a loop for each in a running bot, or one round of all."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.domain.waiting import Waiting
from bot.loops import Loop
from bot.services.mailing import Mailing
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock
from bot.services.reminding import Reminding
from bot.services.running import Running
from bot.services.sweeping import Sweeping
from bot.services.telling import Telling

_ROUNDS: Final = 4
"""How many rounds of one kind may wait for Dintero or for Slack at once."""


@dataclass(slots=True, kw_only=True)
class Rounds:
    """Looks once what there is to do, and begins only that."""

    store: Store
    clock: Clock
    running: Running
    sweeping: Sweeping
    reminding: Reminding
    mailing: Mailing
    telling: Telling
    loops: Mapping[Waiting, Loop] = field(init=False)

    def __post_init__(self) -> None:
        self.loops = {
            Waiting.OPERATIONS: Loop("operations", self.running.start),
            Waiting.LINKS: Loop("due links", self.sweeping.look_at_due, _ROUNDS),
            Waiting.MAILS: Loop("mails", self.mailing.send_once),
            Waiting.ORDERS: Loop("telling", self.telling.tell_once, _ROUNDS),
        }

    async def wake(self) -> None:
        """Ring the loops that have work: an idle bot asks one question a second and claims nothing."""
        for kind in await self._waiting():
            self.loops[kind].ring()

    async def once(self) -> int:
        """One round of what waits now, one kind after the other; returns how much there was."""
        once: Mapping[Waiting, Callable[[], Awaitable[int]]] = {
            Waiting.OPERATIONS: self.running.run_once,
            Waiting.LINKS: self._look_and_remind,
            Waiting.MAILS: self.mailing.run_once,
            Waiting.ORDERS: self.telling.tell_once,
        }
        waiting = await self._waiting()
        return sum([await once[kind]() for kind in Waiting if kind in waiting])

    async def _look_and_remind(self) -> int:
        return await self.sweeping.look_at_due() + await self.reminding.remind_due()

    async def _waiting(self) -> frozenset[Waiting]:
        return await self.store.waiting(self.clock.now(), self.clock.machine_now())
