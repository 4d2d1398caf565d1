"""A row that cannot be read, after a lost key or a damaged file, stops its own order and no other."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.stories import database
from tests.stories.counting import ready_counts
from tests.stories.mailing import created, shop_with_mail

DAMAGE = {
    "the address": "UPDATE link SET url = 'garbage' WHERE merchant_reference = '4711'",
    "the facts": """UPDATE link SET facts = '{"captured": "4799887766"}' WHERE merchant_reference = '4711'""",
    "the status": "UPDATE link SET status = 'lost' WHERE merchant_reference = '4711'",
    "the phone": "UPDATE orders SET phone = 'garbage' WHERE reference = '4711'",
    "what happened": """UPDATE event SET data = '{"amount": 4799887766.5}' WHERE link_id IN
        (SELECT id FROM link WHERE merchant_reference = '4711')""",
}


@pytest.fixture(params=DAMAGE.values(), ids=DAMAGE)
async def damaged(request, shop):
    """Two orders; something of the first one can no longer be read."""
    await shop.issues("249,50 91234567 Tow bar #4711 7d")
    await shop.issues("249,50 91234567 Tow bar #4712 7d")
    database.write(shop, request.param)
    return shop


@pytest.fixture
async def mails(database):
    """A shop that sends links by e-mail."""
    async with shop_with_mail(database) as (shop, _):
        yield shop


def due_at(shop, reference):
    [[due]] = database.rows(shop, "SELECT due_at FROM link WHERE merchant_reference = ?", reference)
    return due if isinstance(due, datetime) else datetime.fromisoformat(due).replace(tzinfo=UTC)


async def test_the_others_are_looked_at_and_told(damaged):
    shop = damaged
    shop.dintero.open(shop.session("4712")["id"])
    await shop.later(minutes=1)
    await shop.customer_pays("4712")

    assert "Reserved" in shop.cards[1].read()
    assert "Ready to share" in shop.cards[0].read()


async def test_payments_that_nobody_announced_are_found_all_the_same(damaged):
    shop = damaged
    shop.dintero.faults.callbacks.off = True
    await shop.sweep()
    for reference in ("4711", "4712"):
        shop.dintero.pay(shop.session(reference)["id"])

    await shop.sweep()

    assert "Reserved" in shop.cards[1].read()


async def test_it_is_counted_and_tried_again_in_an_hour(damaged):
    shop = damaged
    before = shop.clock.now()
    await shop.later(minutes=1)
    first = ready_counts(shop).get("unreadable_rows", 0)
    assert first

    for _ in range(20):
        await shop.later(minutes=1)

    assert ready_counts(shop)["unreadable_rows"] == first
    assert due_at(shop, "4711") >= before + timedelta(hours=1)


async def test_what_cannot_be_read_is_told_when_it_can_be(shop):
    """It is tried again in an hour, and not over and over: only a person can mend it."""
    await shop.issues()
    shop.slack.faults.down = True
    await shop.customer_pays()
    [[phone]] = database.rows(shop, "SELECT phone FROM orders")
    database.write(shop, "UPDATE orders SET phone = 'garbage'")
    shop.slack.faults.down = False
    for _ in range(20):
        shop.clock.pass_(minutes=1)
        await shop.bot.work()
    assert ready_counts(shop)["unreadable_rows"] == 1
    assert "Ready to share" in shop.card.read()

    database.write(shop, f"UPDATE orders SET phone = '{phone}'")  # noqa: S608  what stood there
    await shop.later(hours=1)

    assert "Reserved" in shop.card.read()
    assert len(shop.lines) == 1


async def test_the_log_names_the_row_and_nothing_in_it(damaged, journal):
    shop = damaged
    [[link_id, order_id]] = database.rows(shop, "SELECT id, order_id FROM link WHERE merchant_reference = '4711'")

    shop.dintero.faults.callbacks.off = True
    shop.dintero.pay(shop.session("4711")["id"])
    await shop.sweep()
    await shop.later(minutes=1)

    told = journal()
    assert link_id in told or order_id in told
    assert "4799887766" not in told
    assert "91234567" not in told


@pytest.mark.parametrize(("table", "column"), [("link", "url"), ("orders", "phone")])
async def test_a_row_that_was_mended_goes_on(shop, table, column):
    """Until then its callbacks are heard, and nobody looks at it over and over for them."""
    await shop.issues()
    [[kept]] = database.rows(shop, f"SELECT {column} FROM {table}")  # noqa: S608  one of these two
    database.write(shop, f"UPDATE {table} SET {column} = 'garbage'")  # noqa: S608
    shop.dintero.pay(shop.session()["id"])
    await shop.later(minutes=1)
    await shop.dintero_calls_back()
    assert "Ready to share" in shop.card.read()
    assert ready_counts(shop)["unreadable_rows"] <= 4

    database.write(shop, f"UPDATE {table} SET {column} = '{kept}'")  # noqa: S608  what stood there
    await shop.later(hours=1, minutes=1)

    assert "Reserved" in shop.card.read()


async def test_an_operation_that_cannot_be_read_keeps_no_other_from_being_cleared_up(shop):
    """Both were being sent when their process died; the first one's kind is none."""
    for reference in ("4711", "4712"):
        await shop.issues(f"249,50 91234567 Tow bar #{reference} 7d")
        await shop.customer_pays(reference)
    for card in shop.cards:
        await shop.slack.click(shop.kari, card, "Capture")
    database.write(shop, "UPDATE operation SET state = 'sending', lease_until = '2026-01-01' WHERE state = 'wanted'")
    database.write(shop, "UPDATE operation SET kind = 'lost' WHERE reference LIKE '4711-C1-%'")

    await shop.work()

    found = "SELECT reference, state FROM operation WHERE reference LIKE '%-C1-%' ORDER BY reference"
    assert [state for _, state in database.rows(shop, found)] == ["sending", "unknown"]
    assert ready_counts(shop)["operation_errors"]


async def test_a_mail_whose_sender_died_is_told_although_the_link_of_another_cannot_be_read(mails):
    shop = mails
    await created(shop)
    await created(shop, reference="4712")
    database.write(shop, "UPDATE mail SET state = 'sending', lease_until = '2000-01-01 00:00:00.000000'")
    database.write(shop, DAMAGE["the address"])

    await shop.later(minutes=1)

    [told] = shop.cards
    assert "Not sure it was sent" in told.read()
    assert ready_counts(shop)["mail_errors"] > 0
