"""Dintero's id of a request is in the log and in the sentence of a refusal: its support finds the request by it."""

import json
import re

import pytest

from bot.journal import open_journal
from sandbox.dintero.faults import Fault
from tests.stories.till import a_reserved_link, lines, whispers


def calls(written):
    """What the log says of each call of Dintero's API: its status and its id."""
    told = [json.loads(line) for line in written.splitlines() if '"dintero_call"' in line]
    return [(call["status"], call["request_id"]) for call in told]


async def test_every_call_in_the_log_has_the_id_of_its_request(shop, capsys):
    open_journal("json")
    shop.dintero.faults.queue += [("token", Fault.status(503)), ("create", Fault.rate_limited())]
    await a_reserved_link(shop)

    answered = [(exchange.status, exchange.request_id) for exchange in shop.dintero.log]
    assert {503, 429, 200} == {status for status, _ in answered}
    assert sorted(calls(capsys.readouterr().out)) == sorted(answered)


async def test_a_call_without_an_answer_has_none(shop, capsys):
    open_journal("json")
    shop.dintero.faults.add("create", Fault.drop_before())
    await shop.issues()

    assert [identity for status, identity in calls(capsys.readouterr().out) if not isinstance(status, int)] == [None]


async def test_a_refused_capture_names_the_request_to_who_pressed_and_in_the_thread(shop):
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.status(400))

    await shop.presses("Capture")

    refused = next(exchange for exchange in shop.dintero.log if exchange.status == 400)
    sentence = f"Dintero did not accept this. Dintero's request id: {refused.request_id}."
    assert whispers(shop) == [f"4711 · Dintero refused, so nothing was done: {sentence}"]
    assert sentence in lines(shop)[-1]


async def test_a_refused_link_names_the_request_on_its_card(shop):
    shop.dintero.faults.add("create", Fault.status(400))
    await shop.issues()

    refused = next(exchange for exchange in shop.dintero.log if exchange.status == 400)
    assert f"Dintero's request id: {refused.request_id}." in shop.card.read()


@pytest.mark.parametrize("identity", ["", "x y", "<!channel>", "é", "1" * 81])
async def test_what_is_no_id_is_not_shown(shop, monkeypatch, identity):
    monkeypatch.setattr("sandbox.dintero.account.uuid4", lambda: type("Given", (), {"hex": identity}))
    shop.dintero.faults.add("create", Fault.status(400))
    await shop.issues()

    assert re.search("request id", shop.card.read()) is None
