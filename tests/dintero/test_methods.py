"""Dintero's names for methods and ours (Dintero reference §4.6)."""

import json
from pathlib import Path

import pytest

from bot.dintero.methods import METHODS, read_methods, rest_release, switched
from bot.domain.methods import Method, RestRelease

SCHEMA = Path(__file__).parents[1] / "schemas" / "dintero" / "session-create.request.strict.json"


def known(block, product):
    """Whether the schema of a session knows the switch."""
    schema = json.loads(SCHEMA.read_text())
    found = schema["properties"]["configuration"]["properties"][block]
    products = schema["$defs"][found["$ref"].rpartition("/")[2]]["properties"]
    return (product or "enabled") in products


@pytest.mark.parametrize("name", METHODS)
def test_every_name_can_be_switched_in_a_session(name):
    block, _, product = name.partition(".")

    assert known(block, product)


def test_every_word_of_ours_is_somebodys_method():
    assert set(METHODS.values()) == set(Method)


def test_the_setting_is_read_in_its_own_order():
    assert list(read_methods("dintero_psp.creditcard, vipps,klarna.klarna,").items()) == [
        ("card", ("dintero_psp.creditcard",)),
        ("vipps", ("vipps",)),
        ("klarna", ("klarna.klarna",)),
    ]
    assert read_methods("") == {}
    assert read_methods("vipps, vipps") == {"vipps": ("vipps",)}


def test_cards_of_two_providers_are_one_choice():
    listed = read_methods("dintero_psp.creditcard, payex.creditcard, vipps")

    assert list(listed) == ["card", "vipps"]
    assert switched(("card",), listed) == {
        "dintero_psp": {"creditcard": {"enabled": True}},
        "payex": {"creditcard": {"enabled": True}},
        "vipps": {"enabled": False},
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("visa", "number 1 is no such method. Dintero knows .*dintero_psp.creditcard.*, vipps"),
        ("vipps.vipps", "no such method"),
        ("dintero.zero", "no such method"),
        ("vipps, payex.vipps", "vipps and payex.vipps are both Vipps; name the one"),
        (", ".join(dict.fromkeys({word: name for name, word in METHODS.items()}.values())), "at most 10 methods"),
    ],
)
def test_a_setting_that_nobody_could_choose_from_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        read_methods(text)


def test_a_choice_switches_every_listed_method_by_name():
    """Nobody says how deep an override merges (Dintero reference §4.5): what is not said may stay on."""
    listed = read_methods("dintero_psp.creditcard, dintero_psp.applepay, vipps, swish.swish")

    assert switched(("card", "vipps"), listed) == {
        "dintero_psp": {"creditcard": {"enabled": True}, "applepay": {"enabled": False}},
        "vipps": {"enabled": True},
        "swish": {"swish": {"enabled": False}},
    }
    assert switched((), listed) == {}


@pytest.mark.parametrize(
    ("method", "way"),
    [
        ("vipps", RestRelease.VOID),
        ("payex.mobilepay", RestRelease.VOID),
        ("klarna.billie", RestRelease.VOID),
        ("dintero_psp.creditcard", RestRelease.LAST_CAPTURE),
        ("dintero_psp.vipps", RestRelease.LAST_CAPTURE),
        ("bambora.creditcard", RestRelease.NEVER),
        ("collector.invoice", RestRelease.NEVER),
        ("payex.swish", RestRelease.NEVER),
        ("something.new", RestRelease.NEVER),
        ("", RestRelease.NEVER),
    ],
)
def test_the_rest_of_a_part_capture_is_released_as_the_method_allows(method, way):
    """Dintero reference §8."""
    assert rest_release(method) is way
