"""The seller, or the customer, is reminded of what is not paid: by day, three times at most, each time once."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.app import assembled
from bot.domain.errors import FieldErrors
from bot.settings import Settings
from sandbox.dintero import Fault
from tests.stories import database
from tests.stories.mailing import issues, shop_with_mail, submits
from tests.stories.till import card, lines

OSLO = ZoneInfo("Europe/Oslo")
NUDGED = "4711 is not paid yet"


@pytest.fixture
async def both(database):
    async with shop_with_mail(database) as both:
        yield both


async def days(shop, count, *, step=6):
    """Days pass, looked at every few hours."""
    for _ in range(count * 24 // step):
        await shop.later(hours=step)


def nudges(shop):
    return [line for line in lines(shop) if NUDGED in line]


async def test_the_seller_is_named_in_the_thread_three_times_while_it_is_not_paid(both):
    shop, _ = both
    await issues(shop, remind="nudge", deadline="7d")
    assert "Next reminder, in the thread: " in card(shop)

    await days(shop, 7)

    assert [line.partition(", ")[2].partition("\n")[0] for line in nudges(shop)] == [
        "4711 is not paid yet. 5 days left to pay.",
        "4711 is not paid yet. 3 days left to pay.",
        "4711 is not paid yet. 1 day left to pay.",
    ]
    assert all("@kari, " in line for line in nudges(shop))
    assert "Next reminder" not in card(shop)


async def test_the_line_takes_the_buttons_that_help(both):
    shop, _ = both
    await issues(shop, remind="nudge", deadline="7d")

    await days(shop, 2)

    assert {"Send again…", "Cancel link"} <= set(shop.thread[-1].buttons)


async def test_nobody_is_reminded_at_night(both):
    shop, _ = both
    await issues(shop, remind="nudge", deadline="7d")
    shop.clock.pass_(days=1, hours=18)
    while not nudges(shop):
        here = shop.clock.now().astimezone(OSLO)
        await shop.later(minutes=30)

    assert 9 <= (here + timedelta(minutes=30)).hour < 20


async def test_the_customer_gets_the_mail_again_and_the_thread_says_so(both):
    shop, mailbox = both
    await issues(shop, remind="email", deadline="7d")
    assert "Next reminder, by e-mail to the customer: " in card(shop)

    await days(shop, 7)

    assert [mail["Subject"].startswith("Påminnelse") for mail in mailbox.mails] == [False, True, True, True]
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 4
    assert sum("The customer was reminded by e-mail." in line for line in lines(shop)) == 3


async def test_a_reminder_that_the_server_refuses_is_told_and_the_first_mail_stays_sent(both):
    shop, mailbox = both
    await issues(shop, remind="email", deadline="7d")
    mailbox.troubles.append("refuse mail")

    await days(shop, 2)

    assert "The reminder by e-mail was not delivered" in lines(shop)[0]
    assert "Sent" in card(shop)


async def overtaken(shop, *, wakes):
    """The reminder was written down on Sunday at nine; its mail waits until somebody `wakes` the process."""
    await issues(shop, remind="email", deadline="7d")
    shop.clock.pass_(days=1, hours=20)
    await shop.bot.reminding.remind_due()
    await wakes(shop)
    await shop.work()


async def at_night(shop):
    await shop.stop()
    shop.clock.pass_(hours=14)
    await shop.start()


async def once_stopped(shop):
    await shop.bot.telling.tell_once()
    await shop.presses_only("Stop reminders")


async def once_opened(shop):
    [[link_id]] = database.rows(shop, "SELECT id FROM link")
    shop.dintero.open(shop.session()["id"])
    await shop.bot.refreshing.refresh(link_id)


async def after_the_next(shop):
    await shop.stop()
    shop.clock.pass_(days=2)
    await shop.start()
    await shop.bot.reminding.remind_due()


@pytest.mark.parametrize(("wakes", "mails"), [(at_night, 0), (once_stopped, 0), (once_opened, 0), (after_the_next, 1)])
async def test_a_reminder_that_had_to_wait_goes_only_if_it_still_should(both, wakes, mails):
    shop, mailbox = both

    await overtaken(shop, wakes=wakes)

    assert len(mailbox.mails) == 1 + mails


async def pays(shop):
    await shop.customer_pays()


async def opens(shop):
    shop.dintero.open(shop.session()["id"])
    await shop.later(hours=1)


async def cancels(shop):
    await shop.presses("Cancel link")


@pytest.mark.parametrize("ends", [pays, opens, cancels])
async def test_reminders_end_when_it_is_paid_opened_or_cancelled(both, ends):
    shop, _ = both
    await issues(shop, remind="nudge", deadline="7d")

    await ends(shop)
    assert "Next reminder" not in card(shop)
    assert "Stop reminders" not in shop.card.buttons
    await days(shop, 7)

    assert nudges(shop) == []


async def test_they_go_on_after_it_was_opened_where_the_seller_chose_so(both):
    shop, _ = both
    await issues(shop, remind="nudge", remind_opened=True, deadline="7d")
    await opens(shop)

    await days(shop, 7)

    assert len(nudges(shop)) == 3


async def test_the_seller_stops_them(both):
    shop, _ = both
    await issues(shop, remind="nudge", deadline="7d")

    await shop.presses("Stop reminders")
    assert "Reminders stopped by @kari" in card(shop)
    await days(shop, 7)

    assert lines(shop) == []


async def test_two_processes_remind_once(both):
    shop, _ = both
    await issues(shop, remind="nudge", deadline="7d")
    shop.clock.pass_(days=1, hours=20)
    async with assembled(Settings(**shop.settings), shop.clock) as other:
        await asyncio.gather(*(bot.reminding.remind_due() for bot in (shop.bot, other)))
        await shop.work()

    assert len(nudges(shop)) == 1


async def test_an_order_that_cannot_be_read_keeps_no_other_from_being_reminded_of(both):
    shop, _ = both
    await issues(shop, reference="1", remind="nudge", deadline="7d", note="Called")
    await issues(shop, remind="nudge", deadline="7d")
    database.write(shop, "UPDATE orders SET note = 'gAAAA-spoiled' WHERE reference = '1'")
    shop.clock.pass_(days=1, hours=20)

    await shop.bot.reminding.remind_due()
    await shop.bot.telling.tell_once()

    told = database.rows(shop, "SELECT count(*) FROM event WHERE kind = 'nudged'")
    assert told == [(1,)]
    assert await shop.bot.reminding.remind_due() == 0


async def test_after_a_long_outage_one_is_caught_up_and_not_all(both):
    shop, _ = both
    await issues(shop, remind="nudge", deadline="7d")
    await shop.stop()
    shop.clock.pass_(days=4)
    await shop.start()

    await shop.work()

    assert len(nudges(shop)) == 1
    assert "3 days left" in nudges(shop)[0] or "2 days left" in nudges(shop)[0]


async def test_without_a_mail_server_the_customer_cannot_be_reminded_by_mail(shop):
    with pytest.raises(FieldErrors) as refused:
        await submits(shop, remind="email")

    assert refused.value.fields == {"remind": "Paylink has no mail server here. Choose to be reminded in the thread."}


async def test_reminders_are_chosen_behind_more(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    form = shop.slack.modals(shop.kari)[-1]
    assert "Reminders end when" not in form.read()
    await shop.slack.fill(form, {"Reminders": "Remind me in the thread"})
    await shop.bot.owned.settled()
    await shop.slack.fill(form, {"Reminders end when": "Only when it is paid"})
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert "Next reminder, in the thread: " in card(shop)
    await opens(shop)
    assert "Next reminder, in the thread: " in card(shop)


async def test_choosing_reminders_by_mail_insists_on_an_address_at_once(both):
    shop, mailbox = both
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    await shop.slack.fill(form, {"Customer's e-mail": "ida@example.com"})
    await shop.slack.fill(form, {"Reminders": "E-mail the customer again"})
    await shop.bot.owned.settled()

    await shop.slack.fill(form, {"Customer's e-mail": ""})
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert form.errors.keys() == {"email"}
    assert "The reminders go to it." in form.read()
    assert mailbox.mails == []
    assert shop.cards == []


async def test_a_link_that_is_said_to_have_arrived_is_called_to_mind_too(both):
    shop, _ = both
    shop.dintero.faults.add("create", Fault.drop_after())
    await issues(shop, delivery="sms", phone="91234567", remind="nudge", deadline="7d")
    for _ in range(7):
        await shop.later(seconds=10)

    await shop.presses("It arrived")
    assert "Next reminder, in the thread: " in card(shop)
    await days(shop, 2)

    assert len(nudges(shop)) == 1
