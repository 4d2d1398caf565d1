"""Behind *More…*: how money is taken, how the link travels. Nothing typed is lost.

The sandbox's Slack has the old defect switched on: once a form was redrawn, a field that was preset and never
touched reports nothing (Slack reference §8).
"""

from datetime import timedelta

import pytest

from sandbox.slack import Fault
from tests.stories import database
from tests.stories.browsing import page_of


async def press(shop, form, button, **how):
    await shop.slack.click(shop.kari, form, button, **how)
    await shop.bot.owned.settled()


async def send(shop, form):
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    return form


def order(shop, reference="4711"):
    return shop.session(reference)["order"]


async def test_more_keeps_what_was_typed_and_preset(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 3d")
    await shop.slack.fill(form, {"What for": "Tow bar, fitted", "VAT": "15 %"})

    await press(shop, form, "More…")

    assert form.values == {
        "phone": "+4791234567",
        "text:1": "Tow bar, fitted",
        "price:1": "249,50",
        "vat:1": "15 %",
        "prices": "Incl. VAT",
        "currency": "NOK",
        "reference": "4711",
        "deadline": "3 days",
        "remind": "No reminders",
        "capture": "Reserve first",
        "delivery": "Send it by SMS or push",
        "email": "",
        "name": "",
        "note": "",
        "terms": "",
    }
    assert "Total so far: 249,50 kr, of which VAT: 15 % 32,54 kr." in form.read().replace("\xa0", " ")


async def test_what_was_preset_and_never_touched_is_sent_all_the_same(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 3d")
    await press(shop, form, "More…")

    await send(shop, form)

    assert order(shop)["amount"] == 24950
    assert shop.session()["customer"]["phone_number"] == "+4791234567"
    assert shop.session()["expires_at"].startswith((shop.clock.now() + timedelta(days=3)).strftime("%Y-%m-%d"))


async def test_what_is_typed_while_the_form_is_redrawn_stays(shop):
    """The redrawing is late; block ids are the memory of an input (Slack reference §1)."""
    form = await shop.opens_form("249,50 91234567")
    shop.slack.faults.add("views.update", Fault.delay(0.2))
    await shop.slack.click(shop.kari, form, "More…")

    await shop.slack.fill(form, {"What for": "Tow bar, typed late"})
    await shop.bot.owned.settled()

    assert form.values["text:1"] == "Tow bar, typed late"
    assert "delivery" in form.values


@pytest.mark.parametrize(
    "trouble", [Fault.status(500), Fault.drop_before(), Fault.ratelimited(30)], ids=lambda f: f.kind
)
async def test_a_click_whose_redrawing_got_lost_can_be_made_again(shop, trouble):
    form = await shop.opens_form("249,50 91234567 Tow bar")
    shop.slack.faults.add("views.update", trouble)
    await press(shop, form, "More…")
    assert "delivery" not in form.values

    await press(shop, form, "More…")

    assert form.values["delivery"] == "Send it by SMS or push"


async def test_a_form_left_open_over_the_weekend_is_sent_whole(shop):
    """Forms nobody sent are dropped after a day; the form on the screen still says what is meant."""
    form = await shop.opens_form("249,50 91234567 Tow bar #4711")
    await press(shop, form, "More…")
    await shop.slack.fill(form, {"capture": "Capture automatically"})
    shop.clock.pass_(days=3)
    assert await shop.bot.sweeping.purge_drafts() == 1

    await send(shop, form)

    assert order(shop)["amount"] == 24950
    assert shop.session()["configuration"]["auto_capture"] is True


async def test_presets_that_slack_does_not_repeat_are_remembered(shop):
    """Nobody promises that a payload's blocks carry the presets; what was stored fills the gaps."""
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 3d")
    await press(shop, form, "More…")
    payload = shop.slack._base("view_submission", shop.kari, form) | {"view": form.payload(), "response_urls": []}
    for block in payload["view"]["blocks"]:
        for name in ("initial_value", "initial_option"):
            block.get("element", {}).pop(name, None)

    await shop.slack._submit(form, payload)
    await shop.work()

    assert order(shop)["amount"] == 24950
    assert shop.session()["customer"]["phone_number"] == "+4791234567"


async def test_money_is_reserved_unless_it_is_to_be_captured_automatically(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711")
    await send(shop, form)
    assert shop.session()["configuration"]["auto_capture"] is False

    form = await shop.opens_form("100 91234567 Tow bar #4712")
    await press(shop, form, "More…")
    await shop.slack.fill(form, {"Money": "Capture automatically"})
    await send(shop, form)
    assert shop.session("4712")["configuration"]["auto_capture"] is True


async def test_a_plain_link_needs_no_phone_and_sends_nothing(shop):
    form = await shop.opens_form()
    await press(shop, form, "More…")
    await shop.slack.fill(
        form,
        {"What for": "Tow bar", "price:1": "249,50", "Reference": "4711", "Delivery": "Just give me the link"},
    )
    await shop.bot.owned.settled()

    await send(shop, form)

    [create] = shop.writes("create")
    assert "publish" not in create.body["configuration"]
    assert "customer" not in create.body
    assert "Ready to share" in form.read()
    assert page_of(shop) in form.read()
    assert "No number given" in shop.card.read()


async def test_a_number_that_was_deleted_gets_no_message(shop):
    """In a redrawn form an emptied field and a lost one look alike to us, so Slack must refuse the emptied one."""
    form = await shop.opens_form("249,50 91234567 Tow bar #4711")
    await press(shop, form, "More…")

    await shop.slack.fill(form, {"phone": ""})
    await send(shop, form)

    assert "phone" in form.errors
    assert shop.writes("create") == []


async def test_a_draft_is_kept_for_a_day(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar")
    assert database.count(shop, "draft") == 0, "nobody has pressed anything"
    await press(shop, form, "More…")
    await send(shop, form)
    assert database.count(shop, "draft") == 1, "a second Send is understood"

    shop.clock.pass_(days=1, minutes=1)
    await shop.bot.sweeping.purge_drafts()

    assert database.count(shop, "draft") == 0
