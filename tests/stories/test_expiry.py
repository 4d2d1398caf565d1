"""Nothing announces that a link has expired: our own clock does, after a grace period and one last question."""

import asyncio
from datetime import timedelta

import pytest

from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from tests.stories.counting import asked, counted, ready_counts
from tests.stories.crowd import crowd, sessions
from tests.stories.shop import ACCOUNT, START, opened_shop
from tests.stories.till import forges, value_of

WEEK = timedelta(days=7)
GRACE = timedelta(minutes=5)


@pytest.fixture(params=[200, 404])
async def shop(request, database):
    """What Dintero answers for a session that has expired is not known (Dintero reference §19.3)."""
    async with opened_shop(database, switches=Switches(get_after_expiry=request.param)) as opened:
        yield opened
        assert opened.slack.complaints == []


def headline(shop):
    return shop.card.read().splitlines()[0].replace("\xa0", " ")


async def until(shop, moment):
    """Time passes to a moment counted from the start; the bot does what comes due on the way."""
    while (left := START + moment - shop.clock.now()) > timedelta(0):
        shop.clock.pass_(seconds=min(left, timedelta(hours=6)).total_seconds())
        await shop.work()


async def test_a_link_expires_after_the_grace_period_and_is_told_once(shop):
    await shop.issues()

    await until(shop, WEEK + GRACE - timedelta(minutes=1))
    assert "Expired" not in headline(shop)

    await until(shop, WEEK + GRACE + timedelta(minutes=1))
    assert headline(shop) == "⌛ Expired · 249,50 kr"
    assert shop.lines == ["⌛ The link expired and was not paid."]

    await until(shop, WEEK + timedelta(days=2))
    assert len(shop.lines) == 1


def buttons(shop):
    return shop.card.buttons


async def test_at_the_deadline_the_card_says_so_and_offers_no_link_to_share(shop):
    await shop.issues()

    await until(shop, WEEK - timedelta(seconds=1))
    assert "The deadline has passed" not in shop.card.read()
    assert buttons(shop) == ["Show link", "Send again…", "Cancel link", "Change order…", "Extend…", "Refresh"]

    with counted(shop, "list") as lists, counted(shop) as single:
        await until(shop, WEEK)
    assert "The deadline has passed. Paylink makes sure that no payment is under way" in shop.card.read()
    assert "Show link" not in shop.card.read()
    assert headline(shop) == "⌛ Deadline passed · 249,50 kr"
    assert buttons(shop) == ["Extend…", "Send again…", "Cancel link", "Change order…", "Refresh"]
    assert (lists(), single()) == (0, 0), "it is our own clock that says so"
    assert shop.lines == []


async def test_a_payment_under_way_at_the_deadline_is_what_the_card_speaks_of(shop):
    await shop.issues()
    await until(shop, WEEK - timedelta(minutes=1))
    shop.dintero.start_payment(shop.session()["id"])
    await shop.sweep()

    await until(shop, WEEK + timedelta(minutes=2))

    assert "A payment was begun before the deadline and has not ended." in shop.card.read()
    assert "The deadline has passed" not in shop.card.read()


async def test_a_link_that_is_asked_for_after_the_deadline_is_not_shown(shop):
    """The button stands on an older card until Slack has drawn the new one."""
    await shop.issues()
    value = value_of(shop.card, "Show link")
    await until(shop, WEEK)

    await forges(shop, shop.kari, "show_link", value)

    [told] = shop.whispers()
    assert "The deadline has passed, so there is nothing left to share. Issue a new link." in told
    assert shop.dintero.url_of(shop.session()) not in told


async def test_a_link_can_be_cancelled_after_the_deadline(shop):
    """A payment that is under way ends with it."""
    await shop.issues()
    await until(shop, WEEK)

    await shop.presses("Cancel link")

    assert len(shop.writes("cancel")) == 1
    assert headline(shop).startswith(("🚫 Cancelled", "⌛ Expired")), "nobody waits to be told that it is over"
    assert not any("Not sure" in line for line in shop.lines)


async def test_a_link_that_was_opened_and_left_expires_as_well(shop):
    await shop.issues()
    shop.dintero.open(shop.session()["id"])
    await shop.later(seconds=10)

    await until(shop, WEEK + GRACE + timedelta(minutes=1))

    assert headline(shop).startswith("⌛ Expired")


async def test_a_payment_in_the_last_second_counts(shop):
    """It ends after the deadline, and nobody had been told otherwise."""
    await shop.issues()
    await until(shop, WEEK - timedelta(seconds=1))
    shop.dintero.start_payment(shop.session()["id"])
    shop.clock.pass_(seconds=90)
    shop.dintero.pay(shop.session()["id"])

    await shop.dintero_calls_back()
    await until(shop, WEEK + timedelta(days=1))

    assert headline(shop) == "🔒 Reserved · 249,50 kr"
    assert not any("expired" in line or "Late" in line for line in shop.lines)


async def test_a_payment_in_the_last_second_counts_although_every_callback_is_lost(shop):
    shop.dintero.faults.callbacks.off = True
    await shop.issues()
    await until(shop, WEEK - timedelta(seconds=1))
    shop.dintero.pay(shop.session()["id"])

    await until(shop, WEEK + GRACE + timedelta(minutes=1))

    assert headline(shop) == "🔒 Reserved · 249,50 kr"
    assert not any("expired" in line for line in shop.lines)


@pytest.mark.parametrize(("begins", "ends"), [("start_payment", "pay"), ("hold", "approve")])
@pytest.mark.parametrize("callbacks", ["called back", "lost"])
async def test_no_expiry_is_told_while_a_payment_is_under_way(shop, begins, ends, callbacks):
    """A payment that began before the deadline may end after it (Dintero reference §5, §7)."""
    shop.dintero.faults.callbacks.off = callbacks == "lost"
    await shop.issues()
    await until(shop, WEEK - timedelta(minutes=1))
    getattr(shop.dintero, begins)(shop.session()["id"])
    await shop.sweep()

    await until(shop, WEEK + timedelta(days=2))
    assert "Expired" not in headline(shop)
    assert not any("expired" in line for line in shop.lines)

    key = shop.transaction()["id"] if ends == "approve" else shop.session()["id"]
    getattr(shop.dintero, ends)(key)
    await shop.later(hours=1)
    assert headline(shop).startswith("🔒 Reserved")
    assert "late" not in headline(shop)


async def test_a_payment_that_was_begun_and_given_up_ends_as_failed(shop):
    await shop.issues()
    await until(shop, WEEK - timedelta(minutes=1))
    shop.dintero.start_payment(shop.session()["id"])
    await shop.sweep()
    await until(shop, WEEK + timedelta(hours=2))

    shop.dintero.fail(shop.session()["id"])
    await shop.later(hours=1)

    assert headline(shop).startswith("❌ Payment failed")


async def test_money_after_the_expiry_wins_and_is_loud(shop):
    """Somebody has told the customer that it was over: a person decides."""
    await shop.issues()
    await until(shop, WEEK - timedelta(seconds=1))
    session = shop.session()["id"]
    await until(shop, WEEK + GRACE + timedelta(minutes=1))
    assert headline(shop).startswith("⌛ Expired")
    shop.session()["expires_at"] = "2026-12-31T00:00:00.000Z"  # what Dintero does about late payments is not known

    shop.dintero.pay(session)
    await shop.dintero_calls_back()

    assert headline(shop) == "🚨 Reserved, late · 249,50 kr"
    assert {"Keep", "Give back"} <= set(shop.card.buttons)
    assert "Late money" in shop.lines[-1]
    assert "[Keep]" in shop.lines[-1]


async def test_the_last_question_must_be_answered_before_an_expiry_is_told(shop):
    """Without Dintero's word nobody knows that it was not paid."""
    await shop.issues()
    await until(shop, WEEK)
    shop.dintero.faults.down = Fault.status(400)

    await until(shop, WEEK + GRACE + timedelta(minutes=1))
    assert "Expired" not in headline(shop)
    assert ready_counts(shop)["failed_looks"] >= 1

    shop.dintero.faults.down = False
    await shop.later(minutes=2)
    assert headline(shop).startswith("⌛ Expired")


async def test_a_callback_just_before_the_confirmation_is_heard(database):
    """A list may not show its payment yet: what was announced is read whole."""
    async with opened_shop(database, switches=Switches(list_lag=7200, get_after_expiry=200)) as shop:
        await shop.issues()
        await until(shop, WEEK - timedelta(seconds=1))
        shop.dintero.pay(shop.session()["id"])
        shop.clock.pass_(seconds=(GRACE + timedelta(minutes=1)).total_seconds())
        await shop.dintero.deliver_due()

        await shop.work()

        assert headline(shop).startswith("🔒 Reserved")


async def test_a_payment_announced_during_the_confirmation_is_heard(shop):
    """The list was made before it; what is announced after the question is worth another."""
    await shop.issues()
    await until(shop, WEEK)
    shop.clock.pass_(seconds=(GRACE + timedelta(minutes=1)).total_seconds())
    shop.dintero.faults.add("list", Fault.delay(2, after=True))

    looking = asyncio.create_task(shop.bot.work())
    await asked(shop, "list")
    shop.dintero.pay_late(shop.session()["id"])
    await shop.dintero.deliver_due()
    await looking
    await shop.later(seconds=6)

    assert headline(shop).startswith("🔒 Reserved")
    assert not any("expired" in line for line in shop.lines)


def others_paid(shop):
    """The account has payments by which a list of many sessions can be checked."""
    for _ in range(2):
        shop.dintero.stranger_pays()


async def test_the_expiry_of_120_links_costs_two_questions_for_each_fifty_and_one_more(database):
    """Fifty sessions fit into one (Dintero reference §12); the first names two that are known to be paid.

    A short page need not be the last, so each question is asked until its answer is empty.
    """
    async with opened_shop(database) as shop:
        others_paid(shop)
        references = [f"E{n}" for n in range(120)]
        links = await crowd(shop, references, due_in=WEEK + GRACE)
        shop.clock.pass_(days=7, minutes=5)

        with counted(shop, "list") as lists, counted(shop) as single:
            for _ in range(4):
                await shop.bot.sweeping.look_at_due()

        assert lists() == 7
        assert single() == 0
        async with shop.bot.store.read() as work:
            found = {(await work.link(link.id)).status for link in links.values()}
        assert found == {"expired"}


async def test_the_last_question_waits_for_a_call_of_the_budget(database):
    async with opened_shop(database) as shop:
        others_paid(shop)
        await crowd(shop, ["E1"], due_in=WEEK + GRACE)
        shop.clock.pass_(days=7, minutes=5)
        while await shop.bot.store.spend(ACCOUNT, shop.clock.machine_now(), rate=10, share=1.0):
            continue

        with counted(shop, "list") as lists:
            await shop.bot.sweeping.look_at_due()
            assert lists() == 0

            shop.clock.pass_(seconds=2)
            await shop.bot.sweeping.look_at_due()
            assert lists() == 3


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
@pytest.mark.parametrize("page", [1, 3])
async def test_no_paid_link_expires_however_short_the_pages_of_a_list_are(database, page, order):
    """A list may give fewer elements than it was asked for, and have more (Dintero reference §6)."""
    async with opened_shop(database, switches=Switches(list_page=page, list_order=order)) as shop:
        shop.dintero.faults.callbacks.off = True
        others_paid(shop)
        references = [f"E{n}" for n in range(5)]
        made = sessions(shop, references)
        links = await crowd(shop, references, session=made.__getitem__, due_in=WEEK + GRACE)
        shop.clock.pass_(days=6, hours=23)
        for session_id in made.values():
            shop.dintero.pay(session_id)
        shop.clock.pass_(hours=1, minutes=5)

        await confirmed(shop)

        async with shop.bot.store.read() as work:
            assert {(await work.link(link.id)).status for link in links.values()} == {"authorized"}


async def confirmed(shop):
    """What is over is confirmed, as far as the budget goes, second by second."""
    for _ in range(8):
        shop.clock.pass_(seconds=2)
        await shop.bot.sweeping.look_at_due()


@pytest.mark.parametrize("gone", [200, 404])
@pytest.mark.parametrize("heeds", ["all", "first", "last", "first_ten"])
@pytest.mark.parametrize("others", [0, 2])
async def test_no_paid_link_expires_however_many_ids_a_list_heeds(database, heeds, others, gone):
    """Fifty ids in one question may be more than Dintero takes; it says nothing of those that it drops."""
    switches = Switches(repeated_ids=heeds, get_after_expiry=gone)
    async with opened_shop(database, switches=switches) as shop:
        for _ in range(others):
            shop.dintero.stranger_pays()
        references = [f"E{n}" for n in range(14)]
        made = sessions(shop, references)
        links = await crowd(shop, references, session=made.__getitem__, due_in=WEEK + GRACE)
        shop.clock.pass_(days=6, hours=23)
        paid = set(references[::4])
        for reference in paid:
            shop.dintero.pay(made[reference])
        shop.clock.pass_(hours=1, minutes=5)

        await confirmed(shop)

        async with shop.bot.store.read() as work:
            found = {reference: (await work.link(link.id)).status for reference, link in links.items()}
        assert found == {each: "authorized" if each in paid else "expired" for each in references}


async def test_the_one_that_was_paid_among_many_does_not_expire(database):
    async with opened_shop(database) as shop:
        paid = shop.dintero.stranger_pays(reference="E1")
        references = [f"E{n}" for n in range(5)]
        links = await crowd(
            shop,
            references,
            session=lambda reference: paid["session_id"] if reference == "E1" else f"T12345678.{reference}",
            due_in=WEEK + GRACE,
        )
        shop.clock.pass_(days=7, minutes=5)

        await shop.bot.sweeping.look_at_due()

        async with shop.bot.store.read() as work:
            found = {reference: (await work.link(link.id)).status for reference, link in links.items()}
        assert found == dict.fromkeys(references, "expired") | {"E1": "authorized"}
