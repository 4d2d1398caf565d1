"""Longer: a link's deadline cannot be moved (Dintero reference §4.8), so another link takes its place."""

from datetime import datetime, timedelta

import pytest

from tests.stories.shop import opened_shop
from tests.stories.till import lines, opens, sends


@pytest.fixture
async def shop(database):
    async with opened_shop(database, account="P12345678") as shop:
        await shop.issues("249,50 91234567 Tow bar #4711 1d")
        await shop.later(minutes=2)
        yield shop
        assert shop.slack.complaints == []


async def extends(shop, **typed):
    form = await opens(shop, "Extend…")
    await sends(shop, form, **typed)
    return form


def until(shop, reference="4711-2"):
    return datetime.fromisoformat(shop.session(reference)["expires_at"])


async def test_the_form_says_that_another_link_and_another_sms_go_out(shop):
    form = await opens(shop, "Extend…")

    assert form.content["title"]["text"] == "Extend 4711"
    said = form.read()
    assert "another takes its place" in said
    assert "a new SMS goes out to the customer" in said


@pytest.mark.parametrize(("chosen", "days"), [("1 day", 1), ("1 week", 7), ("1 month", 30)])
async def test_a_link_is_extended_from_now(shop, chosen, days):
    await extends(shop, Pay_within=chosen)

    assert timedelta(days=days) - timedelta(minutes=1) < until(shop) - shop.clock.now() <= timedelta(days=days)
    assert shop.session("4711")["cancelled_by"]
    changed = "a fresh deadline" if chosen == "1 day" else "a new deadline"
    assert f"4711-2 replaces 4711: {changed}." in lines(shop)[-1]
    assert [message.to for message in shop.dintero.inbox] == ["+4791234567", "+4791234567"]


async def test_a_link_is_extended_to_a_day(shop):
    await extends(shop, Pay_within="Until the date below", Date="2026-12-01")

    assert until(shop).date().isoformat() in {"2026-12-01", "2026-12-02"}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"Pay_within": "Until the date below"}, "extend_until"),
        ({"Pay_within": "1 week", "Date": "2026-12-01"}, "deadline"),
        ({"Pay_within": "Until the date below", "Date": "2026-11-19"}, "deadline"),
        ({"Pay_within": "Until the date below", "Date": "2027-03-01"}, "deadline"),
    ],
)
async def test_no_day_two_answers_or_a_day_that_cannot_be_are_refused(shop, typed, field):
    form = await extends(shop, **typed)

    assert form.errors.keys() == {field}
    assert "cancelled_by" not in shop.session("4711")


async def test_extending_never_shortens_and_the_form_begins_with_what_is_longer(shop):
    await shop.later(minutes=2)
    await extends(shop, Pay_within="1 week")
    await shop.later(minutes=2)

    form = await opens(shop, "Extend…")
    assert form.values["deadline"] == "1 week"
    await sends(shop, form, Pay_within="1 day")

    assert "is valid that long already" in form.errors["deadline"]
    assert "cancelled_by" not in shop.session("4711-2")


async def test_a_link_whose_time_is_just_over_is_extended_too(shop):
    form = await opens(shop, "Extend…")
    await shop.later(days=1)
    assert "Deadline passed" in shop.card.read()

    await sends(shop, form, Pay_within="1 week")

    assert "📨 Sent" in shop.card.read()
    assert "4711-2" in shop.card.read()
