"""`paylink serve` without the limits that it keeps for the sake of Slack, of Dintero or of both.

With them everybody waits for a turn, and nothing would be measured but the turns.
"""

import itertools
import sys
from dataclasses import replace
from typing import Any

import bot.services.sweeping
import bot.services.telling
from bot.cli import serve
from bot.services.lanes import Lane

_ALL = 1_000_000


def _lift_slack() -> None:
    telling: Any = bot.services.telling
    free = Lane(name="", per_minute=_ALL)
    telling.posts = lambda channel: replace(free, name=f"post:{channel}")
    numbers = itertools.count()
    telling.updates = lambda _workspace, _hurry: replace(free, name=f"update:{next(numbers)}")


def _lift_dintero() -> None:
    sweeping: Any = bot.services.sweeping
    sweeping._CALLS_PER_SECOND = _ALL


if __name__ == "__main__":
    for whose in sys.argv[1:]:
        {"slack": _lift_slack, "dintero": _lift_dintero}[whose]()
    serve()
