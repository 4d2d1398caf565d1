"""The open link that looks like this one was issued in another conversation, perhaps a private one."""

import pytest

from tests.stories.shop import opened_shop
from tests.stories.till import plain

SECRET = "249,50 91234567 Settlement #SECRET-1 7d"


@pytest.fixture
async def shop(database):
    """Kari has sent a link in a private channel that Ola is not in."""
    async with opened_shop(database, paylink_duplicate_hours=24) as shop:
        managers = shop.slack.add_channel("managers", members=[shop.kari], private=True, bot=True)
        await shop.issues(SECRET, channel=managers)
        yield shop


async def sends(shop, person, channel, text="249,50 91234567 Tow bar #4800"):
    form = await shop.opens_form(text, person, channel)
    await shop.slack.submit(person, form)
    await shop.work()
    return form


async def test_no_reference_of_a_private_channel_is_shown_and_who_can_be_asked_is(shop):
    form = await sends(shop, shop.people["ola"], shop.sales)

    assert "SECRET" not in str(form.content)
    assert "A link over the same amount to the same number is waiting to be paid." in plain(form)
    assert "@kari issued it in another conversation" in plain(form)
    assert form.content["submit"]["text"] == "Send anyway"


async def test_the_thread_tells_the_channel_no_reference_of_another_one(shop):
    ola = shop.people["ola"]
    form = await sends(shop, ola, shop.sales)

    await shop.slack.submit(ola, form)
    await shop.work()

    assert shop.lines == ["👯 @ola sent it although a link in another conversation was open."]


async def test_ones_own_link_is_named_to_oneself_and_not_to_the_channel(shop):
    form = await sends(shop, shop.kari, shop.sales)
    assert "SECRET-1, over the same amount to the same number, is waiting to be paid." in plain(form)

    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert shop.lines == ["👯 @kari sent it although a link in another conversation was open."]


async def test_those_of_the_channel_are_named_beside_it(shop):
    ola = shop.people["ola"]
    form = await sends(shop, ola, shop.sales)
    await shop.slack.submit(ola, form)
    await shop.work()
    form = await sends(shop, ola, shop.sales, "249,50 91234567 Tow bar #4900")

    await shop.slack.submit(ola, form)
    await shop.work()

    assert shop.lines == ["👯 @ola sent it although 4800 and a link in another conversation were open."]


async def test_the_same_reference_in_a_private_channel_is_not_shown_with_its_suffix(shop):
    form = await sends(shop, shop.people["ola"], shop.sales, "100 99887766 Wiring #SECRET-1")

    assert "A link with this reference is waiting to be paid." in plain(form)


async def test_two_peoples_own_messages_are_not_one_conversation(shop):
    """A form that was opened from nowhere names no channel."""
    await shop.slack.shortcut(shop.kari, "make_link")
    await shop.bot.owned.settled()
    form = shop.slack.modals(shop.kari)[-1]
    await shop.slack.fill(form, {"Mobile number": "99887766", "What for": "Hitch", "Price incl. VAT (NOK)": "100"})
    await shop.slack.fill(form, {"Reference": "OWN-1"})
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    ola = shop.people["ola"]
    await shop.slack.shortcut(ola, "make_link")
    await shop.bot.owned.settled()
    form = shop.slack.modals(ola)[-1]
    await shop.slack.fill(form, {"Mobile number": "99887766", "What for": "Hitch", "Price incl. VAT (NOK)": "100"})

    await shop.slack.submit(ola, form)
    await shop.work()

    assert "OWN-1" not in plain(form)
    assert "in another conversation" in plain(form)
