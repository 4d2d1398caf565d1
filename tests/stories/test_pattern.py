"""`/paylink pattern`: what an empty reference becomes in a channel."""

import asyncio

import pytest

from tests.stories import database

EMPTY = "249,50 91234567 Tow bar"


async def says(shop, text, person=None, channel=None):
    """`/paylink pattern …`; the answer."""
    person = person or shop.kari
    await shop.slack.command(person, channel or shop.sales, "/paylink", f"pattern {text}".strip())
    await shop.bot.owned.settled()
    return shop.whispers(person)[-1]


async def issues(shop, amount, **how):
    """A link with an empty reference; the reference that it got."""
    await shop.issues(f"{amount} 91234567 Tow bar", **how)
    return database.statuses(shop)[-1][0]


def hint(form):
    return form.field("reference").block["hint"]["text"]


async def test_an_empty_reference_becomes_the_next_number(shop):
    told = await says(shop, "{yyyy}-{seq:4}")
    assert "becomes {yyyy}-{seq:4} in this channel. The next one is 2026-0001." in told

    assert [await issues(shop, amount) for amount in (100, 200, 300)] == ["2026-0001", "2026-0002", "2026-0003"]
    assert shop.session("2026-0002")["order"]["amount"] == 20000


async def test_the_form_says_what_comes_next(shop):
    assert hint(await shop.opens_form(EMPTY)).endswith("Leave it empty and one is made up.")
    await says(shop, "{yyyy}-{seq:4}")

    form = await shop.opens_form(EMPTY)
    assert hint(form).endswith("Empty: 2026-0001.")
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    assert hint(await shop.opens_form("100 91234567 Tow bar")).endswith("Empty: 2026-0002.")


async def test_the_preview_says_it_too(shop):
    await says(shop, "S-{seq}")
    form = await shop.opens_form(EMPTY)
    await shop.slack.click(shop.kari, form, "Preview")
    await shop.bot.owned.settled()

    assert "S-1" in shop.slack.modals(shop.kari)[-1].read()


async def test_the_form_opens_although_the_database_does_not_say(shop):
    await says(shop, "{yyyy}-{seq:4}")
    async with database.away(shop):
        form = await shop.opens_form(EMPTY)

    assert hint(form).endswith("Leave it empty and one is made up.")


async def test_a_typed_reference_stays(shop):
    await says(shop, "{yyyy}-{seq}")
    await shop.issues("249,50 91234567 Tow bar #4711")

    assert database.statuses(shop)[-1][0] == "4711"
    assert await issues(shop, 100) == "2026-1"


async def test_a_number_that_was_typed_by_hand_is_skipped(shop):
    await says(shop, "{yyyy}-{seq}")
    await shop.issues("249,50 91234567 Tow bar #2026-1")

    assert await issues(shop, 100) == "2026-2"


async def test_the_numbers_start_again_with_the_year(shop):
    await says(shop, "{yyyy}-{seq}")
    assert [await issues(shop, amount) for amount in (100, 200)] == ["2026-1", "2026-2"]
    await shop.later(days=42)

    assert await issues(shop, 300) == "2027-1"


async def test_the_year_begins_where_the_shop_is(shop):
    """23:30 UTC on the last of December is the first of January in Oslo."""
    await says(shop, "{yyyy}-{seq}")
    await shop.later(days=41, hours=11, minutes=30)

    assert await issues(shop, 300) == "2027-1"


async def test_each_channel_counts_by_itself(shop):
    support = shop.slack.add_channel("support", members=[shop.kari], bot=True)
    await says(shop, "S-{seq}")
    await says(shop, "H-{seq}", channel=support)

    assert [await issues(shop, 100), await issues(shop, 200, channel=support)] == ["S-1", "H-1"]
    assert (await issues(shop, 300)) == "S-2"


async def test_two_channels_do_not_share_a_pattern(shop):
    support = shop.slack.add_channel("support", members=[shop.kari], bot=True)
    await says(shop, "{yyyy}-{seq}")

    assert "#sales numbers its references so already" in await says(shop, "{yyyy}-{seq}", channel=support)


async def test_two_quick_presses_take_one_number(shop):
    await says(shop, "{yyyy}-{seq}")
    form = await shop.opens_form(EMPTY)
    await shop.slack.submit(shop.kari, form, times=2)
    await shop.work()

    assert database.statuses(shop) == [("2026-1", "open")]
    assert "Ready to share" in form.read()
    assert await issues(shop, 100) == "2026-2", "no gap"


async def test_two_people_at_once_get_two_numbers(shop):
    await says(shop, "{yyyy}-{seq}")
    forms = [
        await shop.opens_form(f"{n}00 91234567 Tow bar", person=person)
        for n, person in enumerate((shop.kari, shop.people["ola"]), start=1)
    ]
    await asyncio.gather(*(shop.slack.submit(form.person, form) for form in forms))
    await shop.work()

    assert sorted(reference for reference, _ in database.statuses(shop)) == ["2026-1", "2026-2"]


async def test_a_form_that_is_asked_about_first_takes_no_number(shop):
    await shop.restart(paylink_duplicate_hours=24)
    await says(shop, "{yyyy}-{seq}")
    await issues(shop, 100)
    form = await shop.opens_form("100 91234567 Tow bar")
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    assert "over the same amount to the same number" in form.read()

    assert await issues(shop, 200, person=shop.people["ola"]) == "2026-2"
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    assert database.statuses(shop)[-1][0] == "2026-3"


async def test_it_can_be_seen_and_ended(shop):
    assert "is made up here" in await says(shop, "")
    await says(shop, "{yyyy}-{seq}")
    await issues(shop, 100)

    assert "The next one is 2026-2." in await says(shop, "")
    assert "is made up here" in await says(shop, "off")
    assert (await issues(shop, 200)).startswith("PL-")


async def test_set_again_it_goes_on_behind_the_numbers_that_were_given(shop):
    await says(shop, "{yyyy}-{seq}")
    await issues(shop, 100)
    assert "The next one is 2026-2." in await says(shop, "{yyyy}-{seq}")
    await says(shop, "off")

    assert "The next one is 2026-2." in await says(shop, "{yyyy}-{seq}")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("none", "A pattern has one {seq} in it; “off” ends numbering."),
        ("{yyyy}/{seq}", "Use letters A–Z, digits and hyphens only"),
        ("A-VERY-LONG-BEGINNING-{seq}", "24 is the most."),
    ],
)
async def test_what_is_no_pattern_is_explained(shop, pattern, why):
    assert why in await says(shop, pattern)
    assert "is made up here" in await says(shop, "")


async def test_only_those_trusted_with_money_set_it_where_they_are_named(shop):
    await shop.restart(paylink_money_users=shop.people["ola"].id)

    refused = await says(shop, "{yyyy}-{seq}")
    assert refused == "Only the people trusted with money here say how references are numbered. Ask one of them."
    assert "The next one is" in await says(shop, "{yyyy}-{seq}", person=shop.people["ola"])
    assert "Only the people trusted" in await says(shop, "off")
    assert "The next one is" in await says(shop, ""), "everybody may see it"


async def test_the_hint_is_at_most_half_a_minute_old(shop):
    await says(shop, "{yyyy}-{seq}")
    assert hint(await shop.opens_form()).endswith("Empty: 2026-1.")
    database.write(shop, "UPDATE numbering SET last = 9, period = '2026'")

    assert hint(await shop.opens_form()).endswith("Empty: 2026-1.")
    shop.clock.pass_(seconds=31)
    assert hint(await shop.opens_form()).endswith("Empty: 2026-10.")
