"""The table of moves, cell by cell, against a table written by hand from Dintero's status model and our own words.

Sources: Dintero reference §5 (sessions) and §7 (what each transaction status can become); our own statuses are
explained in `bot.domain.links.Status`.
`same`: it tells nothing new: a repeat, an older read, or the session's end after money decided.
`impossible`: no payment can show it; it is raised and changes nothing.
"""

import pytest

from bot.domain.errors import ImpossibleReport
from bot.domain.links import Status
from bot.domain.moves import CORRECTIONS, ENDED, MOVES, STALE, move
from bot.domain.observations import Report

BY_HAND = """
seen →     unpaid      paying      pending     authorized  captured    voided      failed      cancelled   expired     unknown
requested  open        open        pending     authorized  captured    voided      failed      cancelled   expired     same
uncertain  open        open        pending     authorized  captured    voided      failed      cancelled   expired     same
rejected   impossible  impossible  impossible  authorized  captured    impossible  impossible  impossible  impossible  same
open       same        same        pending     authorized  captured    voided      failed      cancelled   expired     same
pending    same        same        same        authorized  captured    voided      failed      cancelled   same        same
authorized same        same        same        same        captured    voided      impossible  impossible  same        same
captured   same        same        same        same        same        impossible  impossible  impossible  same        same
voided     same        same        same        same        impossible  same        impossible  same        same        same
cancelled  same        same        pending     authorized  captured    voided      same        same        same        same
expired    same        same        pending     authorized  captured    voided      same        same        same        same
failed     same        same        pending     authorized  captured    voided      same        same        same        same
"""  # noqa: E501  a table is read across

_HEAD, *_LINES = [line.replace("seen →", "seen").split() for line in BY_HAND.strip().splitlines()]
CELLS = [
    (Status(line[0]), Report(report), word) for line in _LINES for report, word in zip(_HEAD[1:], line[1:], strict=True)
]


@pytest.mark.parametrize(("status", "report", "word"), CELLS, ids=str)
def test_a_link_moves_as_the_table_by_hand_says(status, report, word):
    if word == "impossible":
        with pytest.raises(ImpossibleReport):
            move(status, report)
    else:
        assert move(status, report) is (status if word == "same" else Status(word))


def test_the_table_by_hand_knows_every_status_and_every_report():
    assert {(status, report) for status, report, _ in CELLS} == {(s, r) for s in Status for r in Report}


def test_no_pair_is_both_a_move_and_nothing_new():
    assert not MOVES.keys() & STALE


def test_every_move_leaves_its_status():
    """A move to where the link already stands would be told as a change."""
    assert [pair for pair, to in MOVES.items() if pair[0] is to] == []


def test_money_after_any_end_wins():
    for status in ENDED:
        assert move(status, Report.AUTHORIZED) is Status.AUTHORIZED
        assert move(status, Report.CAPTURED) is Status.CAPTURED


@pytest.mark.parametrize(
    ("status", "report", "to"),
    [
        (Status.CAPTURED, Report.AUTHORIZED, Status.AUTHORIZED),
        (Status.CAPTURED, Report.VOIDED, Status.VOIDED),
        (Status.VOIDED, Report.AUTHORIZED, Status.AUTHORIZED),
        (Status.VOIDED, Report.CAPTURED, Status.CAPTURED),
    ],
)
def test_only_a_correction_by_dintero_turns_money_back(status, report, to):
    """A capture or release that Dintero first confirmed may fail later; nothing else goes backwards."""
    assert move(status, report, corrected=True) is to
    assert CORRECTIONS[status, report] is to


def test_a_correction_changes_no_other_cell():
    for status, report, word in CELLS:
        if word != "impossible" and (status, report) not in CORRECTIONS:
            assert move(status, report, corrected=True) is move(status, report)
