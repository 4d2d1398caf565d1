"""However much is finished, a step costs what there is to do: no statement of a link's life reads a whole table."""

from datetime import timedelta

from sqlalchemy import String, case, cast, insert, literal, null, select, text, true

from sandbox.dintero.faults import Fault
from storage.tables import drafts, events, lanes, lines, links, mails, operations, orders
from tests.kept import kept_engine
from tests.query_plans import scans, statements_of
from tests.stories import mailing
from tests.stories.knocking import knock, ready
from tests.stories.lining import has_lines
from tests.stories.till import refunds

MANY = {"sqlite": 300, "postgresql": 3000}
"""Copies of each order: enough for PostgreSQL to prefer an index where one helps. SQLite plans without counting."""
KEYS = {
    "id", "name", "order_id", "link_id", "draft_id", "reference", "merchant_reference", "token_hash", "session_id",
    "transaction_id", "phone_hash", "card_ts", "told_ts",
}  # fmt: skip
"""What differs from copy to copy."""


async def test_no_step_of_a_links_life_reads_what_is_finished(database):
    async with mailing.shop_with_mail(database, paylink_duplicate_hours=24) as (shop, _):
        await orders_are_finished(shop)
        engine = await copied(shop)

        with statements_of(engine) as sent:
            await an_order_is_paid_and_refunded(shop)
            await orders_are_mailed_replaced_and_forgotten(shop)
            await operations_end_badly(shop)
        with statements_of(engine) as corrections:
            await the_clock_is_put_back(shop)
        # Open links are all corrected, so all of them are read, and lanes are few.
        sent |= {
            one: values for one, values in corrections.items() if not one.startswith(("UPDATE link", "UPDATE lane"))
        }

        assert len(sent) > 90
        url = shop.settings["paylink_database_url"]
        if shop.kind == "sqlite":  # which has no statistics until somebody asks for them
            assert await scans(url, sent) == {}
        async with engine.begin() as connection:
            await connection.execute(text("ANALYZE"))
        assert await scans(url, sent) == {}


async def orders_are_finished(shop):
    """What the copies are made of: a refunded order, one that was mailed, and a form that was never sent."""
    await shop.issues()
    await shop.customer_pays()
    await shop.presses("Capture")
    await refunds(shop)
    await mailing.issues(shop, reference="4712")
    form = await shop.opens_form("99 91234567 Left open #4713 7d")
    await has_lines(shop, form, ("Fitting", "100", {}), ("Hitch", "50", {}))


async def copied(shop):
    """Many copies of all that is there, made within the database; none comes due while the story goes on."""
    engine = kept_engine(shop.settings["paylink_database_url"])
    number = select(literal(1).label("n")).cte("number", recursive=True)
    number = number.union_all(select(number.c.n + 1).where(number.c.n < MANY[shop.kind]))
    async with engine.begin() as connection:
        for table in (orders, lines, links, operations, events, mails, drafts, lanes):
            columns = [_copy(column, number.c.n, shop.clock.now()) for column in table.c]
            copies = select(*columns).select_from(table.join(number, true()))
            await connection.execute(insert(table).from_select([each.name for each in table.c], copies))
    return engine


def _copy(column, n, now):
    if column.name in KEYS:
        return column.concat("~").concat(cast(n, String))
    if column.name == "due_at":
        return case((column.is_(None), null()), else_=literal(now + timedelta(days=30), column.type))
    return column


async def an_order_is_paid_and_refunded(shop):
    """With a callback, the sweep and a look at the bot's health on the way."""
    await shop.issues("249,50 91234567 Tow bar #5001 7d")
    shop.dintero.open(shop.session("5001")["id"])
    await shop.later(minutes=2)
    await shop.customer_pays("5001")
    await knock(shop, address=shop.session("5001")["url"]["callback_url"])
    await shop.sweep()
    await shop.presses("Capture")
    await refunds(shop)
    await shop.bot.sweeping.purge_drafts()
    await ready(shop)


async def orders_are_mailed_replaced_and_forgotten(shop):
    """E-mails, a replaced link, reminders, deadlines that pass, and the sweep over payments of the web shop."""
    await mailing.issues(shop, reference="5002")
    await mailing.sends_again(shop, "5002")
    await mailing.issues(shop, reference="5003", remind="email", deadline="2d")
    for _ in range(4):
        await shop.later(days=1)
    shop.dintero.stranger_pays(amount=9900, reference="W-1")
    await shop.sweep()
    await shop.bot.running.find_orphans()
    await shop.bot.mailing.find_orphans()


async def the_clock_is_put_back(shop):
    """What was stored under the clock that was ahead is corrected."""
    for moment in (shop.clock.now() + timedelta(hours=1), shop.clock.now()):
        await shop.bot.store.note_time(moment, moment)


async def operations_end_badly(shop):
    """An order like another, and a create without an answer."""
    await shop.issues("249,50 91234567 Tow bar 7d")
    shop.dintero.faults.add("create", Fault.drop_after())
    await shop.issues("99 91234568 Hitch #5005 7d")
    await shop.later(minutes=2)
    await ready(shop)
