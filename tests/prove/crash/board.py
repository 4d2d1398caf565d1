"""What a test and the process that it kills share: the time, where to die, and how far the process has come."""

import mmap
import struct
from datetime import UTC, datetime
from pathlib import Path

_TIME, _CUT, _COUNT, _NAME = struct.Struct("<d"), struct.Struct("<qq"), struct.Struct("<qq"), struct.Struct("<96s")
_AT_TIME, _AT_CUT, _AT_COUNT, _AT_NAME = 0, 8, 24, 40
_SIZE = 136


class Board:
    """A small file, mapped by both; each field is written by one of them only."""

    def __init__(self, path):
        self._path = Path(path)
        if not self._path.exists():
            self._path.write_bytes(bytes(_SIZE))
        with self._path.open("r+b") as file:
            self._held = mmap.mmap(file.fileno(), _SIZE)

    # -- written by the test

    @property
    def now(self):
        """The world's time; it moves only when told to."""
        return datetime.fromtimestamp(_TIME.unpack_from(self._held, _AT_TIME)[0], UTC)

    @now.setter
    def now(self, at):
        _TIME.pack_into(self._held, _AT_TIME, at.timestamp())

    @property
    def cut(self):
        """The commit at which to die, counted from 1, and 1 for directly after it; (0, 0) for none."""
        return _CUT.unpack_from(self._held, _AT_CUT)

    @cut.setter
    def cut(self, cut):
        _CUT.pack_into(self._held, _AT_CUT, *cut)

    # -- written by the process, and cleared by the test

    @property
    def commits(self):
        """How many commits of the process have written a row."""
        return self._counts[0]

    @property
    def steps(self):
        """How many statements it has run."""
        return self._counts[1]

    @property
    def name(self):
        """Which tables the newest of those commits wrote."""
        return _NAME.unpack_from(self._held, _AT_NAME)[0].rstrip(b"\0").decode()

    def stepped(self):
        _COUNT.pack_into(self._held, _AT_COUNT, self.commits, self.steps + 1)

    def committing(self, name):
        """A commit that wrote a row is under way; returns which one it is."""
        _NAME.pack_into(self._held, _AT_NAME, name.encode())
        _COUNT.pack_into(self._held, _AT_COUNT, self.commits + 1, self.steps)
        return self.commits

    def clear(self):
        _COUNT.pack_into(self._held, _AT_COUNT, 0, self.steps)

    @property
    def _counts(self):
        return _COUNT.unpack_from(self._held, _AT_COUNT)
