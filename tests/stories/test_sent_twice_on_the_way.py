"""A proxy between the bot and Dintero sends a request twice, or repeats one whose answer it lost."""

import pytest

from sandbox.dintero.faults import Fault
from tests.stories.browsing import looks, read
from tests.stories.knocking import knock
from tests.stories.shop import ACCOUNT
from tests.stories.till import (
    a_reserved_link,
    card,
    done,
    lines,
    moved,
    operations,
    whispers,
)

APART = "Dintero holds 249,50 kr for it in another payment"
seen_by = pytest.mark.parametrize("seen", ["called back", "swept"])


async def issued_twice(shop, **how):
    """Two sessions of one attempt, two messages to the customer; returns the one that the bot was told of, first."""
    shop.dintero.faults.add("create", Fault.sent_twice(**how))
    await shop.issues()
    sessions = [each for each in shop.dintero.sessions.values() if each["order"]["merchant_reference"] == "4711"]
    assert len(sessions) == 2
    return sessions[:: -1 if how else 1]


def called_back(shop, session_id):
    """The link's callback, naming this session."""
    address = shop.session()["url"]["callback_url"].partition("?")[0]
    return f"{address}?method=POST&session_id={session_id}"


async def pays(shop, session, *, seen):
    shop.clock.pass_(minutes=1)
    shop.dintero.faults.callbacks.off = seen == "swept"
    shop.dintero.pay(session["id"])
    await shop.dintero_calls_back()
    await shop.sweep()
    await shop.sweep()


@seen_by
@pytest.mark.parametrize("how", [{}, {"after": True}], ids=["first answers", "second answers"])
async def test_a_payment_by_the_other_of_the_two_links_is_on_the_card(shop, how, seen):
    _, other = await issued_twice(shop, **how)

    await pays(shop, other, seen=seen)

    assert card(shop).startswith("🚨 Paid by another payment, check Backoffice · 249,50 kr")
    assert APART in card(shop)
    assert shop.card.buttons == ["Refresh"]
    assert [line for line in lines(shop) if APART in line] == lines(shop)[-1:]
    assert "skal ikke betale en gang til" in read(await looks(shop, speaks="nb"))
    await shop.later(days=8)
    assert "expired" not in card(shop)
    assert APART in card(shop)


@seen_by
@pytest.mark.parametrize("first", [0, 1])
async def test_who_pays_by_both_links_has_paid_twice(shop, seen, first):
    sessions = await issued_twice(shop)

    await pays(shop, sessions[first], seen=seen)
    await pays(shop, sessions[1 - first], seen=seen)

    assert card(shop).startswith("🚨 Paid twice · 249,50 kr")
    assert shop.card.buttons == ["Refresh"]
    for _ in range(5):
        await shop.sweep()
    told = ("a second payment of 249,50 kr", APART)[first]
    assert len([line for line in lines(shop) if told in line]) == 1
    shop.clock.pass_(minutes=10)
    await knock(shop, address=called_back(shop, sessions[0]["id"]))
    await shop.later(seconds=2)
    assert card(shop).startswith("🚨 Paid twice · 249,50 kr")


@seen_by
async def test_once_the_other_payment_is_returned_the_link_is_as_before(shop, seen):
    _, other = await issued_twice(shop)
    await pays(shop, other, seen=seen)

    shop.dintero.backoffice_void(other["transaction_id"])
    await shop.presses("Refresh")

    assert APART not in card(shop)
    assert "Show link" in shop.card.buttons


@pytest.mark.parametrize("code", [403, 404, 503])
async def test_a_callback_that_names_a_session_that_cannot_be_read_stops_nothing(shop, code):
    """Whoever holds the link's address may write anything there."""
    await shop.issues()
    shop.dintero.open(shop.session()["id"])
    shop.dintero.faults.add("session", Fault())
    shop.dintero.faults.add("session", Fault.status(code), times=3)
    await knock(shop, address=called_back(shop, f"{ACCOUNT}.nobodys"))
    await shop.work()

    assert shop.dintero.faults.queue == [] or code != 503, "it was asked for"
    assert "Opened" in card(shop)


@pytest.mark.parametrize("how", [{}, {"after": True}], ids=["first answers", "second answers"])
async def test_a_capture_that_was_done_is_never_called_refused(shop, how):
    """The repetition finds nothing left to capture: that refusal is not what became of the click."""
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.sent_twice(**how))

    await shop.presses("Capture")

    assert done(shop, "CAPTURE") == [24950]
    assert card(shop).startswith("✅ Paid · 249,50 kr")
    assert lines(shop)[-1].startswith("✅ @kari captured 249,50 kr.")
    assert not any("refused" in line for line in lines(shop))
    assert whispers(shop) == []
    assert moved(shop) == ["capture"]
    assert [each.state for each in await operations(shop)] == ["done"]
