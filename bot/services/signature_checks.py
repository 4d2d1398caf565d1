"""When signed requests were last accepted and refused: noted in memory, kept in the database every few seconds.

A stranger can cause refusals, so no request causes a write.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pydantic import TypeAdapter

from bot.domain.signatures import Refusal, Sender, SignatureHistory
from bot.services.ports.storage import Store
from bot.services.ports.work import Work
from bot.services.ports.world import Clock

SIGNATURES_TASK: Final = "signatures"
"""The periodic task whose cursor is the history."""
_LATELY: Final = 3600.0
"""Seconds for which a refused callback counts."""
_LEASE: Final = timedelta(seconds=10)
_HISTORIES: Final[TypeAdapter[dict[Sender, SignatureHistory]]] = TypeAdapter(dict[Sender, SignatureHistory])


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureChecks:
    """What this process has seen since `save`, and what all replicas saw before it."""

    store: Store
    clock: Clock
    expected: frozenset[Sender]
    """Whose requests must be signed, by the settings."""
    _links_refused: dict[str, float] = field(default_factory=dict)
    _unsaved: dict[Sender, SignatureHistory] = field(default_factory=dict)

    def accepted(self, sender: Sender) -> None:
        """A request of the sender's was signed rightly: whatever was wrong before is mended."""
        if sender is Sender.CALLBACK:
            self._links_refused.clear()
        self._unsaved[sender] = self._unsaved.get(sender, SignatureHistory()).accept(self.clock.machine_now())

    def refused(self, sender: Sender, reason: Refusal, *, skew: int | None = None) -> None:
        """A request was refused; `skew` is our time minus the request's, in seconds."""
        before = self._unsaved.get(sender, SignatureHistory())
        self._unsaved[sender] = before.refuse(self.clock.machine_now(), reason, skew)

    def callback_refused(self, link_token: str, reason: Refusal) -> None:
        """A callback of one of our links was refused."""
        self._links_refused[link_token] = self.clock.monotonic()
        self.refused(Sender.CALLBACK, reason)

    def links_refused(self) -> int:
        """Of how many links callbacks were refused lately, since the last that was accepted."""
        since = self.clock.monotonic() - _LATELY
        for token in [token for token, at in self._links_refused.items() if at < since]:
            del self._links_refused[token]
        return len(self._links_refused)

    async def history(self, work: Work) -> Mapping[Sender, SignatureHistory]:
        """All that is known, by sender."""
        known = _joined(read_histories(await work.cursor(SIGNATURES_TASK)), self._unsaved)
        return {sender: history for sender, history in known.items() if sender in self.expected}

    async def save(self) -> None:
        """Keep what was noted since the last time, if anything was and no other replica is keeping its own."""
        if not self._unsaved:
            return
        task = await self.store.claim_task(SIGNATURES_TASK, self.clock.now(), self.clock.machine_now(), _LEASE)
        if task is None:
            return
        noted = dict(self._unsaved)
        self._unsaved.clear()
        kept = False
        try:
            cursor = _HISTORIES.dump_json(_joined(read_histories(task.cursor), noted)).decode()
            async with self.store() as work:
                kept = await work.keep_task(task, cursor=cursor, lease_until=self.clock.machine_now())
                await work.release_task(task)
                await work.commit()
        finally:
            if not kept:
                self._unsaved.update(_joined(noted, self._unsaved))


def read_histories(cursor: str | None) -> dict[Sender, SignatureHistory]:
    """The histories in the task's cursor."""
    return _HISTORIES.validate_json(cursor) if cursor else {}


def _joined(
    before: Mapping[Sender, SignatureHistory], later: Mapping[Sender, SignatureHistory]
) -> dict[Sender, SignatureHistory]:
    return {
        sender: before.get(sender, SignatureHistory()).then(later.get(sender, SignatureHistory()))
        for sender in {*before, *later}
    }
