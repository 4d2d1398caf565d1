"""The page's switches for what nobody could confirm."""

from dataclasses import fields

import pytest

from sandbox.dintero import Switches
from sandbox.screen import switchboard

DINTERO = [field.name for field in fields(Switches)]
SLACK = [
    "loses_untouched_initials_after_update",
    "private_channel_answer",
    "telephones_as_links",
    "addresses_as_links",
    "modal_inputs_escaped",
]


def standing(world, name):
    return getattr(world.dintero.switches if name in DINTERO else world.slack, name)


def values(name):
    """Every value that the switch can take, with what its control then sends."""
    switch = switchboard.DINTERO.get(name) or switchboard.SLACK[name]
    if switch.options:
        return [(value, {"value": str(value)}) for value in switch.options]
    return [(True, {"value": "on"}), (False, {})] if switch.kind is bool else [(7200, {"value": "7200"})]


def control(page, name):
    """What stands between this switch's name and the end of its form."""
    return page.drawn("switches").partition(f'name="switch" value="{name}"')[2].partition("</form>")[0]


@pytest.mark.parametrize("name", DINTERO + SLACK)
async def test_every_switch_can_be_turned_to_all_it_knows(world, page, name):
    for value, sent in values(name):
        assert await page.do("turn", switch=name, **sent) == ""
        assert standing(world, name) == value
        shown = {"True": " checked", "False": 'type="checkbox"'}.get(str(value), str(value))
        assert shown in control(page, name)
    kept = {one: standing(world, one) for one in DINTERO if one != name}
    assert kept == {one: getattr(Switches(), one) for one in DINTERO if one != name}


@pytest.mark.parametrize("name", DINTERO + SLACK)
def test_every_switch_says_what_it_is_about(page, name):
    says = control(page, name).partition('class="faint">')[2].partition("</p>")[0]

    assert len(says.split()) > 4


def test_a_choice_shows_what_is_chosen(page):
    assert "<option selected>shuffled</option>" in control(page, "list_order")


@pytest.mark.parametrize("seconds", ["", "-1", "soon", "nan", "inf"])
async def test_a_time_that_is_none_turns_nothing(world, page, seconds):
    assert "number of seconds" in await page.do("turn", switch="list_lag", value=seconds)
    assert world.dintero.switches.list_lag == 0
