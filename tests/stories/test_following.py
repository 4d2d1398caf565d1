"""Every turn of a payment reaches the card, and one line each the thread; losing every callback only delays it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import NotUnderstood
from sandbox.dintero import Fault, Switches
from tests.stories import database
from tests.stories.counting import calls, counted, ready_counts
from tests.stories.shop import opened_shop
from tests.stories.till import until


@pytest.fixture(params=["called back", "every callback lost"])
async def issued(request, shop):
    """A link that was just issued, in a world with callbacks and in one without."""
    shop.dintero.faults.callbacks.off = request.param == "every callback lost"
    await shop.issues()
    return shop


async def word_gets_round(shop):
    """Dintero calls back, or the minute's sweep finds it."""
    if shop.dintero.faults.callbacks.off:
        await shop.sweep()
    else:
        await shop.dintero_calls_back()


def headline(shop):
    return shop.card.read().splitlines()[0].replace("\xa0", " ")


def said(shop):
    """The thread's lines, without their buttons."""
    return [line.splitlines()[0].replace("\xa0", " ") for line in shop.lines]


# -- before the money


async def test_an_opened_link_is_seen_within_seconds(issued):
    issued.dintero.open(issued.session()["id"])

    await issued.later(seconds=10)

    assert headline(issued) == "👀 Opened · 249,50 kr"
    assert said(issued) == ["👀 The customer opened the link."]


async def test_opening_it_again_is_no_news(issued):
    issued.dintero.open(issued.session()["id"])
    await issued.later(seconds=10)
    issued.dintero.open(issued.session()["id"])

    await issued.later(minutes=1)

    assert len(issued.lines) == 1


async def test_an_attempt_that_failed_is_seen_and_the_next_one_pays(issued):
    issued.dintero.open(issued.session()["id"])
    await issued.later(seconds=10)
    issued.dintero.fail_attempt(issued.session()["id"])
    await issued.later(seconds=30)
    assert headline(issued) == "⚠️ Payment failed, the customer can try again · 249,50 kr"

    issued.dintero.pay(issued.session()["id"])
    await word_gets_round(issued)

    assert headline(issued) == "🔒 Reserved · 249,50 kr"
    _, attempt, reserved = said(issued)
    assert "attempt failed" in attempt
    assert "reserved" in reserved


async def test_a_payment_that_was_begun_shows_on_the_card_until_it_is_decided(issued):
    """Nobody is told in the thread: it takes the customer half a minute."""
    issued.dintero.start_payment(issued.session()["id"])
    await issued.sweep()
    assert headline(issued) == "👛 Paying now · 249,50 kr"

    issued.dintero.pay(issued.session()["id"])
    await word_gets_round(issued)

    assert headline(issued) == "🔒 Reserved · 249,50 kr"


# -- how it ends


@pytest.mark.parametrize(
    ("verb", "on_the_card", "in_the_thread"),
    [
        ("pay", "🔒 Reserved · 249,50 kr", "🔒 249,50 kr reserved with Vipps. Capture it when you deliver."),
        ("hold", "⏸️ Waiting for approval by the provider · 249,50 kr", "⏸️ The provider is checking the payment"),
        ("decline", "❌ Payment failed · 249,50 kr", "❌ The payment failed for good"),
        ("fail", "❌ Payment failed · 249,50 kr", "❌ The payment failed for good"),
        ("walk_away", "🚫 Cancelled · 249,50 kr", "🚫 The link was cancelled by the customer."),
        (
            "cancel",
            "🚫 Cancelled · 249,50 kr",
            "🚫 The link was cancelled outside Slack, for example in Dintero's Backoffice.",
        ),
    ],
)
async def test_the_end_of_a_payment_is_told_once(issued, verb, on_the_card, in_the_thread):
    getattr(issued.dintero, verb)(issued.session()["id"])

    await word_gets_round(issued)
    await word_gets_round(issued)

    assert headline(issued) == on_the_card
    [line] = said(issued)
    assert line.startswith(in_the_thread)


@pytest.mark.parametrize(("verb", "who"), [("walk_away", "by the customer"), ("cancel", "outside Slack")])
async def test_the_card_says_who_cancelled(issued, verb, who):
    getattr(issued.dintero, verb)(issued.session()["id"])

    await word_gets_round(issued)

    assert f"Cancelled {who} · " in issued.card.read()


async def test_money_that_is_captured_at_once_is_paid_at_first_sight(issued):
    """Swish reserves nothing: CAPTURED is the first status ever seen (Dintero reference §7)."""
    issued.dintero.pay(issued.session()["id"], "swish.swish")

    await word_gets_round(issued)

    assert headline(issued) == "✅ Paid · 249,50 kr"
    assert said(issued) == ["✅ 249,50 kr paid with Swish."]
    assert "Refund…" in issued.card.buttons


@pytest.mark.parametrize(("decides", "words"), [("approve", "🔒 Reserved"), ("reject", "❌ Payment failed")])
async def test_a_payment_on_hold_is_decided_later(issued, decides, words):
    issued.dintero.hold(issued.session()["id"])
    await word_gets_round(issued)
    issued.clock.pass_(minutes=20)

    getattr(issued.dintero, decides)(issued.transaction()["id"])
    await word_gets_round(issued)

    assert headline(issued).startswith(words)
    assert len(issued.lines) == 2


async def test_the_end_of_a_hold_is_found_although_nobody_tells(issued):
    """It may take days: by then no sweep for new payments shows it."""
    issued.dintero.hold(issued.session()["id"])
    await word_gets_round(issued)
    issued.dintero.faults.callbacks.off = True
    for _ in range(6):
        await issued.later(hours=4)
    issued.dintero.approve(issued.transaction()["id"])

    await issued.later(minutes=15)

    assert headline(issued).startswith("🔒 Reserved")


async def test_what_a_colleague_does_in_backoffice_is_told(issued):
    issued.dintero.pay(issued.session()["id"])
    await word_gets_round(issued)

    issued.dintero.backoffice_capture(issued.transaction()["id"])
    await word_gets_round(issued)

    assert headline(issued).startswith("✅ Paid")
    assert "in Dintero's Backoffice" in said(issued)[-1]


# -- what it costs


async def test_an_ordinary_paid_link_costs_one_post_two_updates_and_two_lines(issued):
    """Slack takes one post a second in a channel and fifty updates a minute in a workspace."""
    issued.dintero.open(issued.session()["id"])
    await issued.later(seconds=10)

    issued.dintero.pay(issued.session()["id"])
    await word_gets_round(issued)
    await issued.later(minutes=5)

    assert len(issued.cards) == 1
    assert len(calls(issued, "chat.update")) == 2
    assert len(calls(issued, "chat.postMessage")) == 3


async def test_a_fresh_link_is_looked_at_often_and_an_old_one_never(shop):
    """Every look is a call; after a day nobody is that curious any more."""
    shop.dintero.faults.callbacks.off = True
    await shop.issues()

    spent = {}
    for period, steps, step in (
        ("first 3 minutes", 18, {"seconds": 10}),
        ("until 10 minutes", 14, {"seconds": 30}),
        ("until an hour", 10, {"minutes": 5}),
        ("until a day", 23, {"hours": 1}),
        ("second day", 24, {"hours": 1}),
    ):
        with counted(shop, "session") as looks:
            for _ in range(steps * 2):
                await shop.later(**{unit: n / 2 for unit, n in step.items()})
            spent[period] = looks()

    assert spent == {
        "first 3 minutes": 18,
        "until 10 minutes": 14,
        "until an hour": 10,
        "until a day": 23,
        "second day": 0,
    }


async def test_somebody_who_looks_makes_the_bot_look(shop):
    """Refresh on a card of last week shows what is true now."""
    shop.dintero.faults.callbacks.off = True
    await shop.issues()
    await shop.later(days=2)
    shop.dintero.open(shop.session()["id"])
    await shop.later(hours=1)
    assert "Opened" not in shop.card.read()

    await shop.presses("Refresh")

    assert headline(shop).startswith("👀 Opened")


# -- what Dintero leaves open


@pytest.mark.parametrize("tells", ["authorized", "captured"])
async def test_automatic_capture_ends_in_paid_whenever_dintero_calls_back(database, tells):
    """Two documents say two things about the moment (Dintero reference §4.5)."""
    switches = Switches(auto_capture_calls_back=tells, auto_capture_ignored=False)
    async with opened_shop(database, switches=switches) as shop:
        form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
        await shop.slack.click(shop.kari, form, "More…")
        await shop.bot.owned.settled()
        await shop.slack.fill(form, {"Money": "Capture automatically"})
        await shop.slack.submit(shop.kari, form)
        await shop.work()

        shop.dintero.pay(shop.session()["id"])
        await shop.dintero_calls_back()
        if tells == "authorized":
            assert headline(shop).startswith("🔒 Reserved, capture follows")
        shop.dintero.auto_capture_now()
        await shop.sweep()

        assert headline(shop).startswith("✅ Paid")
        assert "captured automatically" in said(shop)[-1] or "paid" in said(shop)[-1]
        assert "Capture" not in shop.card.buttons


@pytest.fixture
async def puzzling(issued):
    """The customer has opened the link and begun to pay, and Dintero calls what follows by a word nobody knows."""
    issued.dintero.open(issued.session()["id"])
    await issued.later(seconds=10)
    issued.dintero.start_payment(issued.session()["id"])
    issued.transaction()["status"] = "UNKNOWN"
    return issued


async def test_a_status_nobody_knows_changes_nothing_and_is_counted(puzzling):
    """A new word of Dintero's is not for us to guess about."""
    before = puzzling.card.read()

    await puzzling.sweep()

    assert puzzling.card.read() == before
    assert said(puzzling) == ["👀 The customer opened the link."]
    assert ready_counts(puzzling)["unknown_status"] >= 1


async def test_a_link_with_an_unknown_status_is_looked_at_until_the_word_is_known(puzzling):
    """Long after the sweep for new payments showed it, and with no callback."""
    puzzling.dintero.faults.callbacks.off = True
    await puzzling.sweep()
    await puzzling.later(hours=2)
    puzzling.transaction()["status"] = "INITIATED"

    puzzling.dintero.pay(puzzling.session()["id"])
    await puzzling.later(minutes=15)

    assert headline(puzzling).startswith("🔒 Reserved")


@pytest.mark.parametrize("odd", [{"merchant_reference": "4712"}, {"currency": "SEK"}])
async def test_another_orders_payment_is_never_ours(issued, odd):
    """Reference and currency must agree; what does not is counted, told once, and moves nothing."""
    issued.dintero.pay(issued.session()["id"])
    issued.transaction().update(odd)

    await word_gets_round(issued)

    assert headline(issued).startswith("🚨 Check the payment in Backoffice")
    assert issued.card.buttons == ["Refresh"]
    assert len([line for line in said(issued) if "cannot read" in line]) == 1
    assert ready_counts(issued)["impossible_reports"] >= 1


async def test_what_cannot_be_ours_is_read_once_an_hour_and_not_once_a_minute(issued):
    """It will not become ours by being asked for."""
    issued.dintero.pay(issued.session()["id"])
    issued.transaction()["currency"] = "SEK"
    await word_gets_round(issued)
    await issued.later(minutes=10)

    with counted(issued, "transaction") as spent:
        for _ in range(20):
            await issued.later(minutes=1)

    assert spent() == 0


async def test_a_look_that_understands_nothing_puts_off_no_later_change(issued):
    """What changed the link meanwhile has made it due, and the hour of what cannot be ours is not for that."""
    issued.dintero.pay(issued.session()["id"])
    issued.transaction()["currency"] = "SEK"
    answer = asyncio.Event()
    issued.dintero.faults.add("transaction", Fault.held(answer))
    [[link_id]] = database.rows(issued, "SELECT id FROM link")
    look = asyncio.create_task(issued.bot.refreshing.refresh(link_id))
    await until(lambda: issued.dintero.log[-1].kind == "transaction")

    soon = issued.clock.now() + timedelta(minutes=1)
    async with issued.bot.store() as work:
        link = await work.link(link_id)
        assert await work.save_link(replace(link, reminded=1), expected_version=link.version, due_at=soon, visible=True)
        await work.commit()
    answer.set()
    with pytest.raises(NotUnderstood):
        await look

    issued.transaction()["currency"] = "NOK"
    await issued.later(minutes=2)
    assert headline(issued).startswith("🔒 Reserved")
