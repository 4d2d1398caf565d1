"""What is said before a form is sent."""

from dataclasses import replace

import pytest

from bot.domain.doubts import STILL_OPEN, Doubt, Told, Twin
from bot.domain.links import Status
from bot.slack.views.blocks import Look
from bot.slack.views.doubt_notice import doubt_notice

from .shelf import NOW

TWIN = Twin(
    link_id="L1",
    reference="4711",
    status=Status.OPEN,
    issuer="U0KARI",
    created_at=NOW,
    same_reference=True,
    channel="C1",
    ts="1763640000.000100",
    issued_in="C1",
)
DOUBT = Doubt(reference="4711", becomes="4711-2", twins=(TWIN,), asks="U0OLA", channel="C1")
LOOK = Look(workspace_url="https://shop.slack.com/")


@pytest.mark.parametrize("status", STILL_OPEN)
def test_every_status_that_is_still_open_has_its_words(status):
    assert "*4711 " in doubt_notice(replace(DOUBT, twins=(replace(TWIN, status=status),)), LOOK)


def test_a_card_is_linked_to_where_it_stands():
    assert "<https://shop.slack.com/archives/C1/p1763640000000100|See its card>" in doubt_notice(DOUBT, LOOK)


def test_a_card_in_a_thread_is_linked_to_within_it():
    below = replace(DOUBT, twins=(replace(TWIN, thread="1763630000.000200"),))

    address = "https://shop.slack.com/archives/C1/p1763640000000100?thread_ts=1763630000.000200&cid=C1"
    assert f"<{address}|See its card>" in doubt_notice(below, LOOK)


@pytest.mark.parametrize("status", STILL_OPEN)
@pytest.mark.parametrize("same_reference", [True, False])
@pytest.mark.parametrize("channel", ["C2", ""])
def test_of_a_link_in_another_conversation_no_reference_is_shown(channel, same_reference, status):
    """It may be private; whom to ask is said all the same."""
    twin = replace(TWIN, reference="SECRET-1", status=status, same_reference=same_reference)

    said = doubt_notice(Doubt(reference="4711", becomes="", twins=(twin,), asks="U0OLA", channel=channel), LOOK)

    assert "SECRET-1" not in said
    assert "<@U0KARI> issued it in another conversation" in said
    assert "archives" not in said


def test_ones_own_link_is_shown_wherever_it_was_issued():
    assert "*4711 " in doubt_notice(replace(DOUBT, asks="U0KARI", channel="C2"), LOOK)


@pytest.mark.parametrize("look", [Look(), LOOK])
def test_without_an_address_there_is_no_link(look):
    twin = TWIN if look is not LOOK else replace(TWIN, ts=None)

    assert "See its card" not in doubt_notice(replace(DOUBT, twins=(twin,)), look)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        (Told(becomes="4711-2", twins=("L1",)), True),
        (Told(becomes="4711-2", twins=("L1", "L9")), True),
        (Told(becomes="4711-3", twins=("L1",)), False),
        (Told(becomes="4711-2"), False),
        (Told(twins=("L1",)), False),
    ],
)
def test_all_of_it_must_have_been_told(told, known):
    assert DOUBT.was_told(told) is known


def test_what_is_no_longer_so_needs_no_confirming():
    assert Doubt(reference="4711", becomes="", twins=()).was_told(Told(becomes="4711-2", twins=("L1",)))
