"""How long a link lives: so long from now or until a day, in words and clock time, where the shop is."""

from datetime import UTC, datetime

import pytest

from tests.stories.shop import opened_shop

GOOD = "249,50 91234567 Tow bar #4711"


async def fill(shop, form, **typed):
    await shop.slack.fill(form, {name.replace("_", " "): value for name, value in typed.items()})
    await shop.bot.owned.settled()


async def presses(shop, form, button):
    await shop.slack.click(shop.kari, form, button)
    await shop.bot.owned.settled()


async def sends(shop, form):
    await shop.slack.submit(shop.kari, form)
    await shop.work()


def ends(shop, reference="4711"):
    return datetime.fromisoformat(shop.session(reference)["expires_at"])


def inputs(form):
    return [block["block_id"] for block in form.content["blocks"] if block["type"] == "input"]


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        ("30 minutes", "Friday 20 November at 13:30"),
        ("1 hour", "Friday 20 November at 14:00"),
        ("1 day", "Saturday 21 November at 13:00"),
        ("1 week", "Friday 27 November at 13:00"),
        ("1 month", "Sunday 20 December at 13:00"),
    ],
)
async def test_the_form_says_the_deadline_in_words_and_clock_time(shop, choice, until):
    form = await shop.opens_form(GOOD)
    await fill(shop, form, Pay_within=choice)

    assert f"If you send it now: until {until}." in form.read()
    assert f"You can pay until {until}." in form.read()


async def test_the_deadline_is_computed_anew_when_the_link_is_made(shop):
    form = await shop.opens_form(f"{GOOD} 1h")
    assert "until Friday 20 November at 14:00" in form.read()
    shop.clock.pass_(minutes=20)

    await sends(shop, form)
    assert ends(shop) == datetime(2026, 11, 20, 13, 20, tzinfo=UTC)


async def test_a_date_takes_the_place_of_the_menu_and_means_the_whole_day(shop):
    form = await shop.opens_form(GOOD)
    await fill(shop, form, Pay_within="A date…")
    assert form.values["date"] == "2026-11-27", "a week from today stands there at first"
    assert len(inputs(form)) == 6

    await fill(shop, form, date="2026-12-01")
    assert "Until Tuesday 1 December at 23:59." in form.read()
    await sends(shop, form)
    assert ends(shop) == datetime(2026, 12, 1, 22, 59, tzinfo=UTC)


async def test_there_is_a_way_back_from_a_date(shop):
    form = await shop.opens_form(f"{GOOD} 2026-12-01")
    assert form.values["date"] == "2026-12-01"

    await presses(shop, form, "Hours or days…")
    assert form.values["deadline"] == "1 week"
    await sends(shop, form)
    assert ends(shop) == datetime(2026, 11, 27, 12, tzinfo=UTC)


async def test_a_date_outlives_more(shop):
    form = await shop.opens_form(GOOD)
    await fill(shop, form, Pay_within="A date…")
    await fill(shop, form, date="2026-12-01")
    await presses(shop, form, "More…")

    await sends(shop, form)
    assert ends(shop) == datetime(2026, 12, 1, 22, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "why"),
    [("2026-11-19", "This is in the past."), ("2026-12-21", "A link is valid for at most 30 days.")],
)
async def test_a_date_out_of_reach_is_said_at_once_and_refused_beside_its_field(shop, day, why):
    form = await shop.opens_form(GOOD)
    await fill(shop, form, Pay_within="A date…")
    await fill(shop, form, date=day)
    assert why in form.read()
    assert "Say to the customer" not in form.read()

    await sends(shop, form)
    assert list(form.errors) == ["date"]
    assert form.errors["date"].startswith(why)


async def test_today_is_until_tonight(shop):
    form = await shop.opens_form(f"{GOOD} 2026-11-20")

    await sends(shop, form)
    assert ends(shop) == datetime(2026, 11, 20, 22, 59, tzinfo=UTC)


async def test_a_day_ends_where_the_shop_is(database):
    async with opened_shop(database, paylink_timezone="Europe/Helsinki", paylink_country="FI") as shop:
        form = await shop.opens_form("249,50 +358401234567 Vetokoukku #4711 2026-12-01")
        assert "Until Tuesday 1 December at 23:59." in form.read()

        await sends(shop, form)
        assert ends(shop) == datetime(2026, 12, 1, 21, 59, tzinfo=UTC)


async def test_the_day_that_the_clock_is_set_ends_at_its_midnight(shop):
    shop.clock.pass_(days=120)
    form = await shop.opens_form(f"{GOOD} 2027-03-28")

    await sends(shop, form)
    assert ends(shop) == datetime(2027, 3, 28, 21, 59, tzinfo=UTC), "summer time by then"


async def test_a_date_that_is_none_stays_a_choice_and_is_refused(shop):
    form = await shop.opens_form(f"{GOOD} 2026-02-31")

    await sends(shop, form)
    assert form.errors == {"deadline": "This is not a deadline. Write it like 7d, 12h or 2026-12-01."}
