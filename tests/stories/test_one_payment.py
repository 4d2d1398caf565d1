"""One order, one payment: whatever comes late or comes second, nobody is asked twice for the same money."""

import pytest

from sandbox.dintero import Fault
from tests.stories import database
from tests.stories.doubting import asked, callback
from tests.stories.mailing import issues
from tests.stories.shop import opened_shop
from tests.stories.till import card, forges, lines, opens, plain, sends, value_of, whispers

GIVES_WAY = {"Send again…", "Change order…", "Extend…", "Send by e-mail"}


@pytest.fixture
async def shop(database):
    async with opened_shop(database, account="P12345678") as shop:
        yield shop
        assert shop.slack.complaints == []


async def two_that_live(shop):
    """4711 was never answered, 4711-2 was sent beside it, and then 4711 was found alive; returns its line."""
    await asked(shop)
    await shop.presses("Send again")
    shop.dintero.open(shop.session("4711")["id"])
    shop.dintero.fail_attempt(shop.session("4711")["id"])
    await callback(shop, "4711", session_id=shop.session("4711")["id"], error="failed")
    await shop.later(minutes=2)
    [line] = (line for line in shop.thread if "It can still be paid" in line.read())
    return line


async def test_a_link_that_has_a_newer_one_beside_it_is_not_followed_by_a_third(shop):
    line = await two_that_live(shop)
    assert line.buttons == ["Show link", "Cancel link", "Refresh"]

    for action in ("resend", "change", "extend", "hung_up", "send_email"):
        await forges(shop, shop.kari, action, value_of(line, "Cancel link"), line)

    assert database.statuses(shop) == [("4711", "open"), ("4711-2", "open")]


async def test_an_order_that_was_paid_by_its_older_link_is_not_asked_for_again(shop):
    await two_that_live(shop)
    asleep = shop.card.copy()

    await shop.customer_pays("4711")
    assert not GIVES_WAY & set(shop.card.buttons)
    await shop.presses("Send again…", asleep)

    assert "The customer's money is on 4711 already" in whispers(shop)[-1]
    assert "cancelled_by" not in shop.session("4711-2")


async def test_an_older_link_that_is_paid_while_the_newer_gives_way_ends_the_chain(shop):
    await two_that_live(shop)
    form = await opens(shop, "Extend…")
    shop.dintero.pay(shop.session("4711")["id"])
    await shop.slack.fill(form, {"Pay within": "1 month"})
    await shop.slack.submit(shop.kari, form)
    await shop.bot.owned.settled()

    await shop.dintero.deliver_due()
    [[older]] = database.rows(shop, "SELECT id FROM link WHERE merchant_reference = '4711'")
    await shop.bot.refreshing.refresh(older)
    await shop.work()

    assert database.statuses(shop) == [("4711", "authorized"), ("4711-2", "cancelled")]
    assert any("Nothing new was sent: The customer's money is on 4711 already." in line for line in lines(shop))


async def test_a_code_is_not_shown_for_a_link_that_was_found_beside_a_newer_one(shop):
    shop.dintero.faults.add("create", Fault.drop_after())
    await issues(shop, delivery="qr", email="")
    for _ in range(7):
        await shop.later(seconds=10)
    await shop.presses("Send again")
    shop.dintero.open(shop.session("4711")["id"])
    shop.dintero.fail_attempt(shop.session("4711")["id"])

    await callback(shop, "4711", session_id=shop.session("4711")["id"], error="failed")

    assert any("It can still be paid" in line for line in lines(shop))
    kinds = "SELECT merchant_reference FROM event JOIN link ON link.id = link_id WHERE kind = 'qr_shown'"
    assert database.rows(shop, kinds) == [("4711-2",)]


async def elsewhere(shop, form):
    """Send a form that is open on another of the person's devices."""
    payload = shop.slack._base("view_submission", form.person, form) | {"view": form.payload(), "response_urls": []}
    await shop.slack._interact(payload, "another device")


async def test_a_second_form_that_was_refused_changes_nothing_of_what_was_sent_first(shop):
    await shop.issues()
    await shop.later(minutes=2)
    first, second = await opens(shop, "Change order…"), await opens(shop, "Change order…")
    await shop.slack.fill(first, {"Price incl. VAT (NOK)": "349,50"})
    await shop.slack.fill(second, {"Price incl. VAT (NOK)": "949,50"})

    await elsewhere(shop, first)
    await shop.slack.submit(shop.kari, second)
    await shop.work()

    assert "already under way" in second.read()
    assert card(shop).startswith("📨 Sent · 349,50 kr")
    assert shop.session("4711-2")["order"]["amount"] == 349_50


async def test_an_address_that_costs_more_by_now_is_not_sent_unread(shop):
    await shop.restart(paylink_shipping="Home delivery=99")
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 phone")
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    await shop.slack.fill(form, {"address": "Home delivery · 99,00\N{NO-BREAK SPACE}kr"})
    await shop.bot.owned.settled()
    await sends(shop, form)
    await shop.later(minutes=2)
    await shop.restart(paylink_shipping="Home delivery=149")

    await shop.presses("Customer hung up → 1 day")
    form = await opens(shop, "Send again…")
    await sends(shop, form)

    assert "348,50 kr was agreed on, and by now it would be 398,50 kr. Use Change order… instead." in whispers(shop)[0]
    assert "by now it would be 398,50 kr" in plain(form)
    assert database.statuses(shop) == [("4711", "open")]
    await sends(shop, await opens(shop, "Change order…"))
    assert shop.session("4711-2")["order"]["amount"] == 398_50
