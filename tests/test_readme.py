"""The README is true today."""

import re
from pathlib import Path

from bot.domain.links import Status
from bot.domain.moves import MOVES
from bot.settings import Settings

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_every_setting_stands_in_the_table_with_its_default():
    table = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", README, re.MULTILINE))

    assert set(table) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, str | int):
            assert table[name.upper()] == f"`{field.default}`"


def test_every_arrow_of_the_state_graph_is_a_move():
    """Creating is ours; all other arrows come from what Dintero says."""
    arrows = re.findall(r"^    (\w+) --> (\w+)", README, re.MULTILINE)
    moves = {(status, to) for (status, _), to in MOVES.items()}
    ours = {(Status.REQUESTED, Status.REJECTED), (Status.REQUESTED, Status.UNCERTAIN)}

    assert len(arrows) > 20
    assert {(Status(start), Status(end)) for start, end in arrows} <= moves | ours


def test_every_status_stands_in_the_state_graph():
    assert {status for status in Status if not re.search(rf"^    .*\b{status}\b", README, re.MULTILINE)} == set()
