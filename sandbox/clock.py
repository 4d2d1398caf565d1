"""The sandbox's one clock: the system's time plus what the story has skipped."""

from datetime import UTC, datetime, timedelta


class Clock:
    """System time with an offset; it only jumps when told to."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        """The moment the sandbox believes in, aware and in UTC."""
        return datetime.now(UTC) + self.offset

    def jump(self, by: timedelta) -> None:
        """Let time pass at once (or, with a negative step, take it back)."""
        self.offset += by
