"""Whatever Dintero answers, and if it answers nothing: what was done is known, or said not to be, and never doubled."""

import re

import httpx
import pytest

from bot.dintero import wire
from sandbox.dintero.faults import Fault
from tests.stories.asks import assert_done_once, every_ask
from tests.stories.till import a_reserved_link, card, lines, releases, the_operation, whispers


async def assert_nothing_came_of_it(shop, ask, requests):
    operation = await the_operation(shop)
    assert len(shop.writes(ask.kind)) == requests
    assert ask.happened(shop) == 0
    assert operation.state == "refused"
    assert shop.card.buttons == list(ask.usual)
    assert lines(shop)[-1].startswith(
        f"⛔ Nothing came of {ask.noun} that @kari asked for: Dintero did not take the request. Nothing was done."
    )
    assert " not done · " in card(shop)
    assert whispers(shop) == ["4711 · Dintero did not take the request, so nothing was done. Press again in a moment."]


# -- provably not done: sent again by itself, or said


def connections(shop, monkeypatch, path, failing):
    """Let the next `failing` connections for `path` be refused, as a port without a listener does."""
    http, tried = shop.bot.gateway._wire._http, []
    send = http.send

    async def refused(request, **more):
        if request.url.path.endswith(path) and len(tried) < failing:
            tried.append(request)
            raise httpx.ConnectError("refused")
        return await send(request, **more)

    monkeypatch.setattr(http, "send", refused)
    return tried


@every_ask
async def test_where_no_connection_was_made_nothing_was_done_and_is_said_so(shop, ask, monkeypatch):
    await ask.ready(shop)
    tried = connections(shop, monkeypatch, f"/{ask.kind}", failing=9)

    await ask.press(shop)

    assert len(tried) == 2
    await assert_nothing_came_of_it(shop, ask, requests=0)


@every_ask
async def test_a_connection_that_comes_about_at_the_second_try_is_used(shop, ask, monkeypatch):
    await ask.ready(shop)
    connections(shop, monkeypatch, f"/{ask.kind}", failing=1)

    await ask.press(shop)

    await assert_done_once(shop, ask)


@every_ask
async def test_after_one_401_it_is_sent_once_more_with_a_new_token(shop, ask):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.status(401))

    await ask.press(shop)

    first, second = shop.writes(ask.kind)
    assert first.headers["authorization"] != second.headers["authorization"]
    await assert_done_once(shop, ask, requests=2)


@every_ask
async def test_after_two_401_nothing_was_done(shop, ask):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.status(401), times=2)

    await ask.press(shop)

    await assert_nothing_came_of_it(shop, ask, requests=2)


@every_ask
async def test_a_short_429_is_waited_for(shop, ask):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.rate_limited(1))

    await ask.press(shop)

    await assert_done_once(shop, ask, requests=2)


@every_ask
async def test_a_long_429_is_not_waited_for(shop, ask):
    """A person waits, and a lease runs."""
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.rate_limited(60))

    await ask.press(shop)

    await assert_nothing_came_of_it(shop, ask, requests=1)


@every_ask
async def test_when_dintero_cannot_even_be_read_nothing_is_asked_of_it(shop, ask):
    """The look before the write is part of it: without a fresh read nobody knows what would be done."""
    await ask.ready(shop)
    shop.dintero.faults.add("transaction" if ask.kind != "cancel" else "session", Fault.status(400))

    await ask.press(shop)

    assert shop.writes(ask.kind) == []
    assert (await the_operation(shop)).state == "withdrawn"
    assert whispers(shop) == ["4711 · Dintero did not answer, so nothing was done. Press again in a moment."]
    assert shop.card.buttons == list(ask.usual)


@pytest.mark.parametrize(
    ("button", "sentence"),
    [
        ("Refresh", "Dintero could not be read just now, so the card may be out of date."),
        ("Capture", "Dintero did not answer, so nothing was done."),
    ],
)
async def test_a_look_that_somebody_asked_for_in_vain_is_made_once_dintero_answers(shop, button, sentence):
    """They were told that the card may be out of date, and need not ask again until it is not."""
    await a_reserved_link(shop)
    shop.dintero.faults.callbacks.off = True
    shop.dintero.backoffice_capture(shop.transaction()["id"], 100_00)
    shop.dintero.faults.down = Fault.status(400)
    await shop.presses(button)
    assert sentence in whispers(shop)[-1]
    assert card(shop).startswith("🔒 Reserved")

    await shop.later(minutes=1)
    shop.dintero.faults.down = False
    await shop.later(minutes=1)

    assert "Partly paid · 100,00 kr of 249,50 kr" in card(shop)


# -- refusals


def with_id(shop, sentence):
    """The sentence of the last refusal, with Dintero's id of the request."""
    refused = [exchange for exchange in shop.dintero.log if exchange.status in {400, 403, 404}]
    return f"{sentence} Dintero's request id: {refused[-1].request_id}."


@every_ask
@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "Dintero did not accept this."),
        (403, "Dintero does not let this account's API client do this."),
        (404, "Dintero does not know this payment."),
    ],
)
async def test_a_refusal_is_told_in_the_thread_and_to_the_one_who_pressed(shop, ask, status, sentence):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.status(status))

    await ask.press(shop)

    sentence = with_id(shop, sentence)
    assert len(shop.writes(ask.kind)) == 1
    assert ask.happened(shop) == 0
    assert (await the_operation(shop)).state == "refused"
    assert lines(shop)[-1].startswith(f"⛔ Dintero refused {ask.noun} that @kari asked for: {sentence}")
    assert whispers(shop) == [f"4711 · Dintero refused, so nothing was done: {sentence}"]
    assert re.search(r"^(Capture|Refund|Release|Cancellation) refused by Dintero · ", card(shop), re.MULTILINE)
    assert shop.card.buttons == list(ask.usual)


async def test_a_refusal_carries_dinteros_own_sentence(shop, monkeypatch):
    """What stands behind it is told by Dintero alone (Dintero reference §4.11): here, that its table is another."""
    monkeypatch.setattr("sandbox.dintero.payments.VOIDS_REST", set())
    await shop.issues()
    await shop.customer_pays()
    await shop.presses("Capture part…")
    form = shop.slack.modals(shop.kari)[-1]
    await shop.slack.fill(form, {"How much": "An amount", "Amount (NOK)": "100"})
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    await releases(shop, "Release the rest")

    sentence = with_id(shop, "vipps cannot void the rest of a part capture.")
    assert f"⛔ Dintero refused the release of 149,50 kr that @kari asked for: {sentence}" in lines(shop)[-1]
    assert whispers(shop) == [f"4711 · Dintero refused, so nothing was done: {sentence}"]
    assert "Release the rest" in shop.card.buttons


async def test_somebody_elses_words_cannot_shout_in_our_whisper(shop, monkeypatch):
    await a_reserved_link(shop)
    monkeypatch.setattr(
        "sandbox.dintero.wire.HTTPStatus", lambda _: type("Said", (), {"name": "Look: <!channel> here"})
    )
    shop.dintero.faults.add("capture", Fault.status(400))

    await shop.presses("Capture")

    [whisper] = shop.slack.ephemerals(shop.kari)
    assert "<!channel>" not in str(whisper.blocks) + whisper.text
    sentence = with_id(shop, "Look: <!channel> here.")
    assert whispers(shop) == [f"4711 · Dintero refused, so nothing was done: {sentence}"]


# -- unknown, and it was done


UNANSWERED = {
    "408": Fault.status(408, after=True),
    "409": Fault.status(409, after=True),
    "500": Fault.status(500, after=True),
    "503": Fault.status(503, after=True),
    "dropped": Fault.drop_after(),
    "garbage": Fault.garbage(),
}


@every_ask
@pytest.mark.parametrize("fault", UNANSWERED.values(), ids=UNANSWERED)
async def test_what_was_done_without_an_answer_is_found_by_looking(shop, ask, fault):
    """One request, whatever it was answered: the second might be carried out too (Dintero reference §8.2)."""
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, fault)

    await ask.press(shop)

    await assert_done_once(shop, ask)
    doubt, truth = lines(shop)[-2:]
    assert doubt.startswith(f"❓ Not sure whether {ask.noun} was done. @kari asked for it and Dintero did not answer.")
    assert "@kari" in truth
    assert list(ask.usual) != shop.card.buttons


@every_ask
async def test_a_write_that_times_out_is_done_all_the_same(shop, ask, monkeypatch):
    """Dintero reference §8.2: a read timeout proves nothing."""
    monkeypatch.setattr(wire, "WRITE", wire.Limits(httpx.Timeout(0.1, connect=3.0), 5.0))
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.delay(0.3, after=True))

    await ask.press(shop)

    await assert_done_once(shop, ask)
