"""Tells whoever watches that something has happened."""

import asyncio


class Pulse:
    """A counter that can be waited for; any number may wait."""

    def __init__(self) -> None:
        self.beats = 0
        self.stopped = False
        self._next = asyncio.Event()

    def beat(self) -> None:
        """Something has happened."""
        self.beats += 1
        self._next.set()
        self._next = asyncio.Event()

    def stop(self) -> None:
        """Nothing will happen any more."""
        self.stopped = True
        self.beat()

    async def after(self, beats: int) -> int:
        """Wait until there were more than `beats`; returns how many there are now."""
        while self.beats <= beats:
            await self._next.wait()
        return self.beats
