"""Transactions as they are answered: a read, a status or a log may lag behind what is true (Dintero reference §6)."""

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.dintero.rules import Json, RefusedError, moment
from sandbox.dintero.switches import Switches

_LONGEST = 50
"""Versions that are kept of one transaction."""


@dataclass
class Versions:
    """What each transaction was, and since when, oldest first."""

    kept: dict[str, list[tuple[datetime, Json]]] = field(default_factory=dict)

    def keep(self, tx: Json, now: datetime) -> None:
        """Remember a transaction as it is now."""
        of_this = self.kept.setdefault(tx["id"], [])
        of_this.append((now, copy.deepcopy(tx)))
        del of_this[:-_LONGEST]

    def written(self, tx: Json, switches: Switches, now: datetime) -> Json:
        """The transaction in the answer to a capture, refund or void."""
        answered = tx
        if switches.status_lag:
            answered = answered | {"status": self._at(tx, now - timedelta(seconds=switches.status_lag))["status"]}
        if switches.log_lag:
            answered = answered | {"events": self._at(tx, now - timedelta(seconds=switches.log_lag))["events"]}
        if switches.log_entries == "twice":
            answered = answered | {"events": [event for event in answered["events"] for _ in range(2)]}
        return answered

    def read(self, tx: Json, switches: Switches, now: datetime) -> Json:
        """The transaction in the answer to a read; 404 while no read shows it yet."""
        if not switches.read_lag:
            return self.written(tx, switches, now)
        seen_at = now - timedelta(seconds=switches.read_lag)
        if not self.is_shown(tx, switches, now):
            raise RefusedError(404, "Transaction not found")
        return self.written(self._at(tx, seen_at), switches, seen_at)

    def is_shown(self, tx: Json, switches: Switches, now: datetime) -> bool:
        """Whether reads show it at all."""
        return moment(tx["created_at"]) <= now - timedelta(seconds=switches.read_lag)

    def _at(self, tx: Json, at: datetime) -> Json:
        """The last version that is not younger; the oldest that is kept where all are."""
        versions = self.kept.get(tx["id"], [])
        oldest = versions[0][1] if versions else tx
        return next((version for since, version in reversed(versions) if since <= at), oldest)
