"""*Preview*: the customer's side of the form, on demand, and what is still wrong with it."""

import pytest

from sandbox.slack import Fault
from tests.stories import database
from tests.stories.lining import has_lines

GOOD = "249,50 91234567 Tow bar #4711"


async def previews(shop, form, **how):
    await shop.slack.click(shop.kari, form, "Preview", **how)
    await shop.bot.owned.settled()
    return shop.slack.modals(shop.kari)[-1]


def read(view):
    return view.read().replace("\xa0", " ")


async def test_it_shows_all_that_the_customer_gets(shop):
    form = await shop.opens_form(GOOD)
    await has_lines(shop, form, ("Fitting", "100", {"quantity": "1,5", "vat": "15 %"}))

    said = read(await previews(shop, form))
    for words in (
        "shop asks the customer to pay 399,50 kr",
        "1. 1 × Tow bar · 249,50 kr · 25 %",
        "2. 1,5 × Fitting · 150,00 kr · 15 %",
        "of which VAT: 15 % 19,57 kr, 25 % 49,90 kr.",
        "1 week: until Friday 27 November at 13:00",
        "Dintero sends an SMS or a push",
        "+47 91 23 45 67",
        "4711",
        "You will get an SMS with a link to pay 399,50 kr to shop.",
    ):
        assert words in said
    assert "cannot be sent" not in said


async def test_back_leads_to_the_form_as_it_was(shop):
    form = await shop.opens_form(GOOD)
    await shop.slack.fill(form, {"What for": "Two tow bars"})
    preview = await previews(shop, form)
    assert "Two tow bars" in preview.read()
    assert preview.content["close"]["text"] == "Back"

    await shop.slack.close(preview)
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    assert shop.session()["order"]["items"][0]["description"] == "Two tow bars"


async def test_it_says_which_reference_it_will_be(shop):
    await shop.issues(GOOD)
    form = await shop.opens_form(GOOD)
    assert "4711-2, because 4711 is used already" in read(await previews(shop, form))


async def test_an_empty_reference_is_shown_as_it_is_made_up(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar")
    preview = read(await previews(shop, form))
    await shop.slack.close(shop.slack.modals(shop.kari)[-1])
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    [(reference, _)] = database.statuses(shop)
    assert reference in preview


async def test_what_is_wrong_is_listed_field_by_field_instead_of_refused(shop):
    form = await shop.opens_form()
    await shop.slack.fill(form, {"Mobile number": "12", "price:1": "many", "Reference": "4 7"})

    said = read(await previews(shop, form))
    assert "It cannot be sent like this yet" in said
    for words in (
        "• Mobile number: No phone has this number.",
        "• What for of line 1: Say what the customer pays for.",
        "• Price of line 1: This is not an amount.",
        "• Reference: Use letters A–Z, digits and hyphens only",
    ):
        assert words in said
    assert form.errors == {}


async def test_two_quick_presses_show_it_once(shop):
    form = await shop.opens_form(GOOD)
    await previews(shop, form, times=2)

    assert [view.content["title"]["text"] for view in shop.slack.modals(shop.kari)] == ["New payment link", "Preview"]
    assert shop.whispers() == []
    shop.slack.complaints = [one for one in shop.slack.complaints if "duplicate_external_id" not in one]


async def test_the_press_is_answered_before_slack_has_shown_it(shop):
    form = await shop.opens_form(GOOD)
    shop.slack.faults.add("views.push", Fault.delay(1))

    answer = await shop.slack.click(shop.kari, form, "Preview")

    assert answer.ok
    assert len(shop.slack.modals(shop.kari)) == 1
    await shop.bot.owned.settled()
    assert len(shop.slack.modals(shop.kari)) == 2


@pytest.mark.parametrize("expanded", [False, True])
async def test_it_keeps_nothing_and_calls_nobody(shop, expanded):
    form = await shop.opens_form(GOOD)
    if expanded:
        await shop.slack.click(shop.kari, form, "More…")
        await shop.bot.owned.settled()
    before = len(shop.dintero.log), database.count(shop, "draft")

    await previews(shop, form)
    assert (len(shop.dintero.log), database.count(shop, "draft")) == before
    assert database.count(shop, "orders") == 0
