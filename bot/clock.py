"""The product's one clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Three times from the machine; see `bot.services.ports.world.Clock`."""

    def now(self) -> datetime:
        """Business time, aware UTC."""
        return datetime.now(UTC)

    def machine_now(self) -> datetime:
        """The machine's own time, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return time.monotonic()
