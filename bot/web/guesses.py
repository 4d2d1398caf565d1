"""A limit on guessing tokens, per address. Memory is bounded: old addresses are forgotten first."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_PER_MINUTE = 30
_ADDRESSES = 10_000


@dataclass(slots=True)
class Guesses:
    """Counts unknown tokens per address and minute."""

    monotonic: Callable[[], float] = time.monotonic
    _wrong: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict)

    def one_too_many(self, address: str) -> bool:
        """Count an unknown token from `address`; whether it is one too many.

        A known one is never refused: behind a proxy everybody has one address, and a stranger's guesses would shut
        customers and Dintero out.
        """
        too_many = self.too_many(address)
        self.wrong(address)
        return too_many

    def wrong(self, address: str) -> None:
        """An unknown token came from `address`."""
        since, count = self._current(address)
        self._wrong[address] = (since, count + 1)
        self._wrong.move_to_end(address)
        while len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)

    def too_many(self, address: str) -> bool:
        """Whether `address` has guessed too often in this minute."""
        return self._current(address)[1] >= _PER_MINUTE

    def _current(self, address: str) -> tuple[float, int]:
        now = self.monotonic()
        since, count = self._wrong.get(address, (now, 0))
        return (now, 0) if now - since >= 60 else (since, count)
