"""/paylink: the form, at once, with everything that is known filled in."""

import asyncio
import itertools
import time

import pytest

from sandbox.slack import Fault
from tests.stories import database
from tests.stories.shop import opened_shop


async def test_the_form_opens_at_once_with_six_fields_and_their_presets(shop):
    form = await shop.opens_form()

    assert form.values == {
        "phone": "",
        "text:1": "",
        "price:1": "",
        "vat:1": "25 %",
        "reference": "",
        "deadline": "1 week",
    }
    assert "Price incl. VAT (NOK)" in form.read()
    assert form.buttons == ["More…", "Lines…", "Preview"]
    deadlines = form.field("deadline").element["options"]
    assert [one["text"]["text"] for one in deadlines] == [
        "On the phone (30 minutes)",
        "30 minutes",
        "1 hour",
        "1 day",
        "1 week",
        "1 month",
        "A date…",
    ]


async def test_the_form_opens_although_the_database_and_dintero_are_away(shop):
    """Nothing stands between the command and the form; a trigger lives three seconds (Slack reference §7)."""
    shop.dintero.faults.down = True
    async with database.away(shop):
        began = time.monotonic()

        await shop.slack.command(shop.kari, shop.sales, "/paylink", "249,50 91234567 Tow bar")
        await asyncio.sleep(0.7)
        [form] = shop.slack.modals(shop.kari)

        assert time.monotonic() - began < 1
    assert form.values["price:1"] == "249,50"


async def test_the_form_touches_neither_the_database_nor_dintero(shop):
    before = len(shop.dintero.log)

    await shop.opens_form("249,50 91234567 Tow bar #4711 7d")

    assert len(shop.dintero.log) == before
    assert database.count(shop, "draft") == database.count(shop, "orders") == 0


AMOUNTS = ("249,50", "249.50", "kr 249,50", "249,50 kr", "NOK 249,50", "1 249,50", "1.249,50", "1249.50")
PHONES = ("91234567", "912 34 567", "+47 912 34 567", "004791234567", "+4791234567")


async def test_a_one_liner_is_understood_as_people_type_it(shop):
    for amount, phone in itertools.product(AMOUNTS, PHONES):
        price = "1249,50" if amount.startswith("1") else "249,50"
        for text in (f"{amount} {phone} Tow bar, fitted #4711 3d", f"{phone} {amount} Tow bar, fitted #4711 3d"):
            form = await shop.opens_form(text)

            assert form.values == {
                "phone": "+4791234567",
                "text:1": "Tow bar, fitted",
                "price:1": price,
                "vat:1": "25 %",
                "reference": "4711",
                "deadline": "3 days",
            }, text
            await shop.slack.close(form)


async def test_a_number_that_slack_made_a_link_of_is_understood(shop):
    """Slack may send `<tel:91234567|91234567>` for what was typed."""
    shop.slack.telephones_as_links = True

    form = await shop.opens_form("249,50 91234567 Tow bar")

    assert (form.values["phone"], form.values["price:1"]) == ("+4791234567", "249,50")


async def test_a_swedish_number_is_understood(shop):
    form = await shop.opens_form("249,50 +46701234567 Dragkrok")

    assert form.values["phone"] == "+46701234567"


async def test_a_doubtful_number_stays_empty_rather_than_wrong(database):
    """In Denmark 20123456 is a mobile number, and it is an amount that can be paid."""
    async with opened_shop(database, paylink_country="DK", paylink_currency="DKK") as shop:
        form = await shop.opens_form("20123456 Tow bar")

        assert (form.values["price:1"], form.values["phone"], form.values["text:1"]) == ("", "", "Tow bar")


async def test_special_characters_arrive_as_they_were_typed(shop):
    form = await shop.opens_form("249,50 91234567 Nuts & <bolts>")

    assert form.values["text:1"] == "Nuts & <bolts>"


@pytest.mark.parametrize("text", ["help", "HELP", "what is this", "pay please"])
async def test_help_and_nonsense_are_answered_with_the_usage(shop, text):
    answer = await shop.slack.command(shop.kari, shop.sales, "/paylink", text)

    assert "/paylink 249,50 912 34 567 Tow bar #4711 3d" in answer.ephemeral
    assert (f"No form was opened for “{text}”" in answer.ephemeral) == (text.lower() != "help")
    assert shop.slack.modals(shop.kari) == []
    assert shop.sales.messages == []


AGAIN = "Please run the command again."
LATE = f"Slack did not open the form in time. {AGAIN}"
PERHAPS = f"Slack did not say whether the form opened. If it is not there: {AGAIN}"
NOT_OPENED = [
    (Fault.error("expired_trigger_id"), LATE),
    (Fault.error("trigger_expired"), LATE),
    (Fault.status(500), PERHAPS),
    (Fault.status_after(503), PERHAPS),
    (Fault.error_after("internal_error"), PERHAPS),
    (Fault.drop_before(), PERHAPS),
    (Fault.page(), PERHAPS),
    (Fault.delay(3), PERHAPS),
    (Fault.ratelimited(30), f"Slack asks Paylink to wait 30 seconds, so the form was not opened. {AGAIN}"),
    (Fault.error("token_revoked"), "Slack refuses Paylink's calls (token_revoked), so no form opens. {tell}"),
    (Fault.error("team_added_to_org"), "Slack refuses Paylink's calls (team_added_to_org), so no form opens. {tell}"),
    (Fault.error("invalid_arguments"), "Slack did not take the form (invalid_arguments). {tell}"),
    (Fault.error("view_too_large"), "Slack did not take the form (view_too_large). {tell}"),
]


@pytest.mark.parametrize(("trouble", "sentence"), NOT_OPENED, ids=lambda one: f"{getattr(one, 'kind', '')}")
async def test_a_form_that_slack_did_not_open_is_explained_in_one_sentence(shop, trouble, sentence):
    """What the next step is depends on the cause: pressing again does not help against a revoked token."""
    shop.slack.faults.add("views.open", trouble)

    await shop.slack.command(shop.kari, shop.sales, "/paylink", "")
    await shop.bot.owned.settled()

    [whisper] = shop.slack.ephemerals(shop.kari)
    assert whisper.read() == sentence.format(tell="Tell the person who runs Paylink.")
    assert whisper.via == "response_url"
    assert sum(call.method == "views.open" for call in shop.slack.log) <= 1, "a trigger is spent by one try"


PUSHES = ["Lines…", "Preview"]
NOT_PUSHED = [
    (Fault.error("token_revoked"), "Slack refuses Paylink's calls (token_revoked)"),
    (Fault.status(503), "Slack did not say whether the form opened. If it is not there: Press the button again."),
    (Fault.ratelimited(30), "Slack asks Paylink to wait 30 seconds"),
    (Fault.error("expired_trigger_id"), "Slack did not open the form in time. Press the button again."),
]


@pytest.mark.parametrize("button", PUSHES)
@pytest.mark.parametrize(("trouble", "sentence"), NOT_PUSHED, ids=[fault.kind for fault, _ in NOT_PUSHED])
async def test_a_view_that_does_not_come_on_top_of_the_form_is_explained(shop, button, trouble, sentence):
    form = await shop.opens_form("249,50 91234567 Tow bar")
    shop.slack.faults.add("views.push", trouble)

    await shop.slack.click(shop.kari, form, button)
    await shop.bot.owned.settled()

    assert shop.slack.modals(shop.kari) == [form]
    [told] = shop.whispers()
    assert told.startswith(sentence)


@pytest.mark.parametrize("button", PUSHES)
async def test_of_a_form_that_was_closed_meanwhile_nothing_is_said(shop, button):
    form = await shop.opens_form("249,50 91234567 Tow bar")
    shop.slack.faults.add("views.push", Fault.error("not_found"))

    await shop.slack.click(shop.kari, form, button)
    await shop.bot.owned.settled()

    assert shop.whispers() == []


async def test_the_command_is_answered_before_slack_has_opened_the_form(shop):
    """Slack gives up on a command after three seconds, however slow its own views.open is (Slack reference §4)."""
    shop.slack.faults.add("views.open", Fault.delay(1))
    began = time.monotonic()

    answer = await shop.slack.command(shop.kari, shop.sales, "/paylink", "")

    assert answer.ok
    assert time.monotonic() - began < 0.8
    assert shop.slack.modals(shop.kari) == []
    await shop.bot.owned.settled()
    assert len(shop.slack.modals(shop.kari)) == 1


async def test_a_form_that_did_not_open_is_explained_where_the_bot_may_not_write(shop):
    secret = shop.slack.add_channel("secret", kind="private", members=[shop.kari])
    shop.slack.faults.add("views.open", Fault.error("expired_trigger_id"))

    await shop.slack.command(shop.kari, secret, "/paylink", "")
    await shop.bot.owned.settled()

    assert "run the command again" in shop.whispers()[0]


@pytest.mark.parametrize("kind", ["public", "private", "dm"])
async def test_a_card_goes_to_the_issuer_where_the_bot_may_not_write(shop, kind):
    """A public channel takes posts from outside; elsewhere the card comes to the issuer and says how to invite."""
    place = shop.slack.add_channel("elsewhere", kind=kind, members=[shop.kari, shop.people["ola"]])

    form = await shop.issues(channel=place)

    own = shop.slack.dm(shop.kari).messages
    shop.slack.complaints = [one for one in shop.slack.complaints if "channel_not_found" not in one]
    assert "Ready to share" in form.read()
    if kind == "public":
        assert "Ready to share" in place.messages[0].read()
        assert own == []
        return
    [card] = own
    assert "Ready to share" in card.read()
    assert "may not write in" in card.read()
    assert ("nvite" in card.read()) == (kind == "private"), "nobody can be invited to a conversation of two"
    assert place.messages == []


async def test_a_card_in_the_issuers_own_conversation_with_the_bot_stays_there(shop):
    await shop.issues(channel=shop.slack.dm(shop.kari))

    [card] = shop.slack.dm(shop.kari).messages
    assert "may not write" not in card.read()
