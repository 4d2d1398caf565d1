"""The product's one clock."""

import time
from datetime import UTC, datetime
from typing import Final

_ELAPSED: Final = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""The system's clock of elapsed time. Linux's CLOCK_MONOTONIC, which `time.monotonic` reads, stands still while the
machine is suspended; CLOCK_BOOTTIME does not, nor does CLOCK_MONOTONIC on macOS.
"""


def elapsed() -> float:
    """Seconds since some moment: they never jump, and they go on while the machine is suspended."""
    return time.monotonic() if _ELAPSED is None else time.clock_gettime(_ELAPSED)


class SystemClock:
    """Three times from the machine; see `bot.services.ports.world.Clock`."""

    def now(self) -> datetime:
        """Business time, aware UTC."""
        return datetime.now(UTC)

    def machine_now(self) -> datetime:
        """The machine's own time, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never jump, and go on while the machine is suspended."""
        return elapsed()
