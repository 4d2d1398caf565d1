"""What a button carries, and what comes back from Slack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.actions import Action
from bot.domain.doubts import Told
from bot.slack import ids
from bot.slack.views.issue_form import FormMetadata

VALUES = st.builds(
    ids.ButtonValue,
    link_id=st.text("0123456789abcdef", min_size=32, max_size=32),
    version=st.integers(0, 10**9 - 1),
    open_minor=st.integers(0, 2**31 - 1),
    action=st.none() | st.sampled_from(Action),
    operation=st.none() | st.from_regex(r"[CRVXS][1-9][0-9]{0,2}", fullmatch=True),
)


@given(VALUES)
def test_a_value_comes_back_as_it_was_and_fits_an_overflow_option(value):
    text = value.encode()

    assert ids.ButtonValue.decode(text) == value
    assert len(text) <= 75


@given(
    st.none()
    | st.integers()
    | st.text()
    | st.from_regex(r"1\|[a-z0-9]*\|[0-9]*\|-?[0-9]*(\|[a-z]*)?(\|[A-Z][0-9]*)?", fullmatch=True)
)
def test_a_value_is_read_whole_or_refused(text):
    try:
        value = ids.ButtonValue.decode(text)
    except ValueError:
        return
    assert ids.ButtonValue.decode(value.encode()) == value


@pytest.mark.parametrize(
    "junk",
    [
        None,
        "",
        "1|a|1",
        "2|a|1|1",
        "1|a|1|1|launder",
        "1|a|1|1|C",
        "1|a|1|1|C1|capture",
        "1|a|1|1|C1234",
        "1|a|1|1|",
        "1|a|-1|1",
        "1|a|1|1.5",
        "1|a b|1|1",
        "1|a|١|1",
        " 1|a|1|1",
        "1|a|1|1\n",
        "1|" + "a" * 37 + "|1|1",
    ],
)
def test_junk_is_refused(junk):
    with pytest.raises(ids.OldValue):
        ids.ButtonValue.decode(junk)


def test_what_cannot_be_read_back_is_not_written():
    with pytest.raises(ValueError, match="not a button"):
        ids.ButtonValue("a|b", 1, 1).encode()


def test_a_button_and_a_menu_entry_say_the_same_thing():
    value = ids.ButtonValue("a1", 3, 24900)
    button = {"type": "button", "action_id": "link:release", "value": value.encode()}
    option = {"value": ids.ButtonValue("a1", 3, 24900, Action.RELEASE).encode()}
    menu = {"type": "overflow", "action_id": ids.LINK_MORE, "selected_option": option}

    assert ids.pressed(button) == ids.pressed(menu) == ids.ButtonValue("a1", 3, 24900, Action.RELEASE)


@pytest.mark.parametrize(
    "element",
    [
        {},
        {"action_id": "link:capture"},
        {"action_id": "link:launder", "value": "1|a|1|1"},
        {"action_id": "form:more", "value": "1|a|1|1"},
        {"action_id": "link:more"},
        {"action_id": "link:more", "selected_option": {"value": "1|a|1|1"}},
    ],
)
def test_a_press_on_something_else_is_refused(element):
    with pytest.raises(ids.OldValue):
        ids.pressed(element)


def test_a_block_keeps_its_name_through_generations():
    assert ids.block_id("price", "2") == "price:2"
    assert ids.field_of(ids.block_id("price", "2", generation=7)) == "price:2"
    assert ids.field_of(ids.block_id("phone")) == "phone"


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
"""What Slack's payloads hold once they are through its door."""


@given(TEXT.filter(bool), TEXT, st.integers(0, 99))
def test_a_form_remembers_its_draft(draft_id, channel, generation):
    metadata = FormMetadata(draft_id, channel, generation)

    assert FormMetadata.decode(metadata.encode()) == metadata


@given(TEXT, TEXT, st.lists(TEXT).map(tuple))
def test_a_form_remembers_its_thread_and_what_it_told(thread, becomes, twins):
    metadata = FormMetadata("d", "C1", 2, redrawn=True, thread=thread, told=Told(becomes=becomes, twins=twins))

    assert FormMetadata.decode(metadata.encode()) == metadata


@pytest.mark.parametrize(
    "junk", [None, "", "{", "[]", '{"d": ""}', '{"d": "", "c": "", "g": 0}', '{"d": 1, "c": "", "g": 0}']
)
def test_a_form_without_a_draft_is_refused(junk):
    with pytest.raises(ids.OldValue):
        FormMetadata.decode(junk)
