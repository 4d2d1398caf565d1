"""Guessing tokens is slow, remembering guessers is cheap, and nobody pays for somebody else's guesses."""

import pytest

from bot.web import guesses as module
from bot.web.guesses import Guesses


class Watch:
    seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def guesses(watch):
    return Guesses(watch)


def guess(guesses, address, times):
    for _ in range(times):
        guesses.wrong(address)


def test_thirty_wrong_tokens_in_a_minute_are_enough(guesses):
    guess(guesses, "192.0.2.1", 29)
    assert not guesses.too_many("192.0.2.1")

    guesses.wrong("192.0.2.1")

    assert guesses.too_many("192.0.2.1")


def test_others_are_not_held_responsible(guesses):
    guess(guesses, "192.0.2.1", 30)

    assert not guesses.too_many("192.0.2.2")


def test_a_minute_later_all_is_forgiven(guesses, watch):
    guess(guesses, "192.0.2.1", 30)
    watch.seconds = 59.9
    assert guesses.too_many("192.0.2.1")

    watch.seconds = 60.0

    assert not guesses.too_many("192.0.2.1")


def test_memory_holds_the_newest_addresses_only(guesses, monkeypatch):
    monkeypatch.setattr(module, "_ADDRESSES", 2)

    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        guess(guesses, address, 30)

    assert [guesses.too_many(f"192.0.2.{n}") for n in (1, 2, 3)] == [False, True, True]
