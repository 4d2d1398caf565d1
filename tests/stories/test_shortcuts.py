"""*Make payment link* in Slack's menus: from anywhere, and from a message, whose thread the card begins in."""

import pytest

from bot.slack import ids
from sandbox.slack import Fault
from tests.stories import database

ASKED = "Kunde Ola 912 34 567 skal betale kr 2 490,- for ordre 4711"


async def from_anywhere(shop, person=None):
    person = person or shop.kari
    await shop.slack.shortcut(person, ids.SHORTCUT)
    await shop.bot.owned.settled()
    return shop.slack.modals(person)[-1]


async def from_message(shop, message, person=None):
    person = person or shop.kari
    await shop.slack.message_shortcut(person, message, ids.MESSAGE_SHORTCUT)
    await shop.bot.owned.settled()
    return shop.slack.modals(person)[-1]


async def sends(shop, form, **typed):
    await shop.slack.fill(form, typed)
    await shop.slack.submit(form.person, form)
    await shop.work()


def inputs(form):
    return [block["block_id"] for block in form.content["blocks"] if block["type"] == "input"]


def asked(shop, text=ASKED, channel=None, **how):
    return shop.slack.say(shop.people["ola"], channel or shop.sales, shop.slack.escaped(text), **how)


# -- from a message


async def test_amount_number_and_order_are_taken_from_the_message(shop):
    form = await from_message(shop, asked(shop))

    assert form.values == {
        "phone": "+4791234567",
        "text:1": "",
        "price:1": "2490,00",
        "vat:1": "25 %",
        "reference": "4711",
        "deadline": "1 week",
    }
    assert "The card will stand in the thread of the message." in form.read()


async def test_the_card_begins_in_the_thread_of_the_message(shop):
    message = asked(shop)
    form = await from_message(shop, message)
    await sends(shop, form, **{"What for": "Tow bar"})

    assert "Ready to share" in form.read()
    [card] = shop.sales.thread(message.ts)
    assert "Ready to share" in card.read()
    assert shop.sales.messages == [message], "nothing in the channel itself"


async def test_its_lines_and_buttons_stand_in_the_same_thread(shop):
    message = asked(shop)
    await sends(shop, await from_message(shop, message), **{"What for": "Tow bar"})
    await shop.customer_pays()

    card, *lines = shop.sales.thread(message.ts)
    assert "Reserved" in card.read()
    assert any("reserved with Vipps" in line.read() for line in lines)
    await shop.presses("Capture", card)
    assert "Paid" in card.read()


async def test_a_reply_leads_to_the_thread_that_it_stands_in(shop):
    root = asked(shop, "Ny kunde!")
    reply = asked(shop, thread_ts=root.ts)
    await sends(shop, await from_message(shop, reply), **{"What for": "Tow bar"})

    assert "Ready to share" in shop.sales.thread(root.ts)[-1].read()


async def test_the_thread_outlives_more_and_a_question(shop):
    await shop.issues("100 99887766 Wiring #4711")
    message = asked(shop)
    form = await from_message(shop, message)
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    await sends(shop, form, **{"What for": "Tow bar"})
    await sends(shop, form)

    assert "4711-2" in shop.sales.thread(message.ts)[0].read()


async def test_what_is_not_certain_stays_empty(shop):
    form = await from_message(shop, asked(shop, "Hei, kan noen sende en lenke til Ola? 249 eller 300"))

    assert [form.values[field] for field in ("phone", "text:1", "price:1", "reference")] == ["", "", "", ""]


@pytest.mark.parametrize("kind", ["private", "dm"])
async def test_where_the_bot_may_not_write_the_card_comes_to_the_issuer(shop, kind):
    place = shop.slack.add_channel("elsewhere", kind=kind, members=[shop.kari, shop.people["ola"]])
    message = asked(shop, channel=place)
    form = await from_message(shop, message)
    await sends(shop, form, **{"What for": "Tow bar"})

    [card] = shop.slack.dm(shop.kari).messages
    assert "Ready to share" in card.read()
    assert "may not write in" in card.read()
    await shop.customer_pays()
    assert any("reserved" in line.read() for line in shop.slack.dm(shop.kari).thread(card.ts))
    assert place.thread(message.ts) == []
    shop.slack.complaints = [one for one in shop.slack.complaints if "channel_not_found" not in one]


async def test_when_the_message_is_gone_by_then_the_card_stands_in_the_channel(shop):
    message = asked(shop)
    form = await from_message(shop, message)
    shop.slack.forget(message)
    await sends(shop, form, **{"What for": "Tow bar"})
    await shop.customer_pays()
    shop.slack.complaints = [one for one in shop.slack.complaints if "thread_not_found" not in one]

    assert "Reserved" in shop.card.read()
    assert any("reserved with Vipps" in line for line in shop.lines)


async def test_nothing_of_the_message_is_kept_but_what_the_form_says(shop, journal):
    form = await from_message(shop, asked(shop, f"{ASKED}, hemmelig"))
    await sends(shop, form, **{"What for": "Tow bar"})

    assert "hemmelig" not in str(shop.session()) + journal()
    assert "91234567" not in journal()


# -- from anywhere


async def test_from_anywhere_the_card_comes_to_ones_own_messages(shop):
    form = await from_anywhere(shop)
    assert "The card will stand in your own messages with Paylink." in form.read()
    typed = {"Mobile number": "912 34 567", "What for": "Tow bar", "price:1": "249,50", "Reference": "4711"}
    await sends(shop, form, **typed)

    assert "Ready to share" in form.read()
    [card] = shop.slack.dm(shop.kari).messages
    assert "Ready to share" in card.read()
    assert "may not write" not in card.read()
    await shop.customer_pays()
    assert any("reserved" in line.read() for line in shop.slack.dm(shop.kari).thread(card.ts))
    assert shop.sales.messages == []


async def test_a_refreshed_card_stays_there(shop):
    form = await from_anywhere(shop)
    typed = {"Mobile number": "912 34 567", "What for": "Tow bar", "price:1": "249,50", "Reference": "4711"}
    await sends(shop, form, **typed)
    [card] = shop.slack.dm(shop.kari).messages

    await shop.presses("Refresh", card)
    assert len(shop.slack.dm(shop.kari).messages) == 1


async def test_a_closed_form_is_told_in_ones_own_messages(shop):
    """There is no channel to whisper in."""
    form = await from_anywhere(shop)
    typed = {"Mobile number": "912 34 567", "What for": "Tow bar", "price:1": "249,50"}
    await shop.slack.fill(form, typed)
    await shop.slack.submit(shop.kari, form)
    await shop.slack.close(form)
    await shop.work()
    shop.slack.complaints.clear()  # of a view that is closed

    own = [message.read() for message in shop.slack.dm(shop.kari).messages]
    assert any("249,50\xa0kr" in words for words in own)
    assert shop.whispers() == []


@pytest.mark.parametrize("way", [from_anywhere, lambda shop: from_message(shop, asked(shop))])
async def test_a_form_that_slack_did_not_open_is_explained(shop, way):
    shop.slack.faults.add("views.open", Fault.error("expired_trigger_id"))

    with pytest.raises(IndexError):
        await way(shop)

    told = [*shop.whispers(), *(message.read() for message in shop.slack.dm(shop.kari).messages)]
    assert told == ["Slack did not open the form in time. Please choose the shortcut again."]


# -- how much work it is


async def test_with_the_one_liner_a_link_is_sent_in_two_interactions(shop):
    """The command and *Send*: two requests from Slack, and the customer has the link."""
    form = await shop.opens_form("249,50 91234567 Tow bar #4711")
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert "Ready to share" in form.read()
    assert database.statuses(shop) == [("4711", "open")]


async def test_the_first_view_has_at_most_six_inputs_whichever_way_it_is_opened(shop):
    opened = [
        await shop.opens_form(),
        await shop.opens_form("249,50 91234567 Tow bar #4711 2026-12-01"),
        await from_anywhere(shop),
        await from_message(shop, asked(shop)),
    ]
    await shop.slack.fill(opened[0], {"Pay within": "A date…"})
    await shop.bot.owned.settled()
    await shop.issues("100 99887766 Wiring #4711", person=shop.people["ola"])
    await shop.slack.submit(shop.kari, opened[-1])

    for form in opened:
        assert len(inputs(form)) <= 6, form.read()
