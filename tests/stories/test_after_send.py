"""After Send: the form shows how it goes, and whatever happens to form and database, one form makes one link."""

import asyncio
from dataclasses import replace

import pytest
import stamina

from sandbox.dintero.faults import Fault as Trouble
from sandbox.slack import Fault
from tests.stories import database
from tests.stories.lining import adds, opens_lines, removes, saves
from tests.stories.till import until

GOOD = "249,50 91234567 Tow bar #4711 7d"
NOT_SAVED = {"phone": "Not saved. Press Send again."}
NOT_CERTAIN = {"phone": "Not certain it was saved. Press Send again; it is never sent twice."}


def one_link(shop):
    """There is one order, one link, one request to Dintero and one card."""
    return [database.count(shop, "orders"), len(database.statuses(shop)), len(shop.writes("create")), len(shop.cards)]


async def more(shop, form, *buttons):
    for button in ("More…", *buttons):
        await shop.slack.click(shop.kari, form, button)
        await shop.bot.owned.settled()


@pytest.fixture
def impatient(shop):
    """The form says that Dintero takes its time after a moment instead of ten seconds."""
    creating = shop.bot.running.creating
    assert creating.patience == 10
    shop.bot.rounds.running = replace(shop.bot.running, creating=replace(creating, patience=0.05))
    return shop


async def test_a_slow_dintero_is_waited_for_in_words(impatient):
    shop = impatient
    shop.dintero.faults.add("create", Trouble.delay(1))
    form = await shop.opens_form(GOOD)
    await shop.slack.submit(shop.kari, form)
    assert "Creating link…" in form.read()
    working = asyncio.create_task(shop.work())

    await until(lambda: "Dintero is still busy. You may close this; the card shows how it goes." in form.read())

    await working
    assert "Ready to share" in form.read()
    assert "still busy" not in form.read()


async def test_a_quick_dintero_is_not_waited_for(shop):
    form = await shop.issues(GOOD)

    shown = [call.args["view"] for call in shop.slack.log if call.method == "views.update"]
    assert len(shown) == 1
    assert "Ready to share" in form.read()


async def test_a_form_that_was_closed_leaves_a_word_for_its_person(shop):
    form = await shop.opens_form(GOOD)
    await shop.slack.submit(shop.kari, form)
    await shop.slack.close(form)

    await shop.work()

    [whisper] = shop.slack.ephemerals(shop.kari)
    assert whisper.read() == "The link 4711 is ready. Its card shows what happens to it."
    assert (whisper.channel_id, whisper.via) == (shop.sales.id, "postEphemeral")
    shop.slack.complaints.remove("views.update: not_found")
    assert one_link(shop) == [1, 1, 1, 1]


async def test_a_form_that_was_closed_where_the_bot_may_not_write_leaves_a_direct_message(shop):
    secret = shop.slack.add_channel("secret", kind="private", members=[shop.kari])
    form = await shop.opens_form(GOOD, channel=secret)
    await shop.slack.submit(shop.kari, form)
    await shop.slack.close(form)

    await shop.work()

    told = [message.read() for message in shop.slack.dm(shop.kari).messages]
    assert any("The link 4711 is ready." in words for words in told)
    shop.slack.complaints.remove("views.update: not_found")
    shop.slack.complaints = [one for one in shop.slack.complaints if "chat.post" not in one]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Trouble.status(400), "The link 4711 could not be created."),
        (Trouble.status(500), "it is not certain that 4711 was sent. Its card follows it up."),
    ],
)
async def test_a_closed_form_hears_of_trouble_too(shop, trouble, words):
    shop.dintero.faults.add("create", trouble)
    form = await shop.opens_form(GOOD)
    await shop.slack.submit(shop.kari, form)
    await shop.slack.close(form)

    await shop.work()

    [whisper] = shop.whispers()
    assert words in whisper
    shop.slack.complaints.remove("views.update: not_found")


async def test_a_double_submit_makes_one_link_and_the_form_ends_with_it(shop):
    form = await shop.opens_form(GOOD)

    await shop.slack.submit(shop.kari, form, times=2)
    await shop.work()

    assert one_link(shop) == [1, 1, 1, 1]
    assert "Ready to share" in form.read()


async def test_a_submit_that_comes_again_after_the_result_shows_the_result_again(shop):
    """A form whose answer got lost stays open, and can be sent again (Slack reference §4)."""
    form = await shop.opens_form(GOOD)
    again = shop.slack._base("view_submission", shop.kari, form) | {"view": form.payload(), "response_urls": []}
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    await shop.slack._submit(form, again)
    assert "Creating link…" in form.read()
    await shop.work()

    assert one_link(shop) == [1, 1, 1, 1]
    assert "Ready to share" in form.read()
    assert shop.dintero.url_of(shop.session()) in form.read()


async def test_a_double_submit_of_a_long_form_is_read_alike_both_times(shop):
    """Its lines stand there as text only: the second one finds them in the draft, which outlives the first."""
    form = await shop.opens_form(GOOD)
    lines = await opens_lines(shop, form)
    await adds(shop, lines, "Wiring", "50", quantity="2")
    await removes(shop, lines, "1")
    await saves(shop, lines)

    await shop.slack.submit(shop.kari, form, times=2)
    await shop.work()

    assert one_link(shop) == [1, 1, 1, 1]
    assert "Ready to share" in form.read()
    assert shop.session()["order"]["amount"] == 10000


async def test_a_database_that_another_one_holds_is_not_certain_and_saved_when_pressed_again(shop):
    form = await shop.opens_form(GOOD)
    with database.written_by_another(shop):
        await shop.slack.submit(shop.kari, form)

        assert form.errors == NOT_CERTAIN
        assert form.values["text:1"] == "Tow bar"
        assert shop.writes("create") == []
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert one_link(shop) == [1, 1, 1, 1]
    assert "Ready to share" in form.read()


async def test_a_late_save_makes_the_link_and_pressing_again_makes_no_other(shop):
    """The first transaction came through after its answer had left."""
    form = await shop.opens_form(GOOD)
    with database.written_by_another(shop):
        await shop.slack.submit(shop.kari, form)
        assert form.errors == NOT_CERTAIN
    await shop.bot.owned.settled()
    assert database.statuses(shop) == [("4711", "requested")]

    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert one_link(shop) == [1, 1, 1, 1]
    assert "Ready to share" in form.read()


@pytest.mark.parametrize(
    "edit",
    [
        {"phone": "98765432"},
        {"price:1": "99"},
        {"text:1": "Hitch"},
        {"vat:1": "15 %"},
        {"reference": "4712"},
        {"capture": "Capture automatically"},
        {"delivery": "Just give me the link"},
    ],
    ids=lambda edit: next(iter(edit)),
)
async def test_a_form_that_was_changed_after_a_late_save_is_told_what_was_sent(shop, edit):
    """Else the person reads "sent" about the number or the price they have just mended, and both are the old ones."""
    form = await shop.opens_form(GOOD)
    await more(shop, form)
    with database.written_by_another(shop):
        await shop.slack.submit(shop.kari, form)
        assert form.errors == NOT_CERTAIN
    await shop.bot.owned.settled()
    await shop.slack.fill(form, edit)

    await shop.slack.submit(shop.kari, form)

    said = "The first Send was saved after all: 249,50 kr to +47 ••• •• 567. "
    assert form.errors["phone"].replace("\xa0", " ") == (
        f"{said}Cancel that link on its card, or close this form and start over."
    )
    await shop.work()
    assert one_link(shop) == [1, 1, 1, 1]


async def test_a_late_save_shows_its_link_in_the_form_by_itself(shop):
    form = await shop.opens_form(GOOD)
    with database.written_by_another(shop):
        await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert one_link(shop) == [1, 1, 1, 1]
    assert "Ready to share" in form.read()


async def test_a_database_that_is_away_is_not_certain_and_nothing_typed_is_lost(shop):
    """It cannot even be read: the answer still leaves in time, and the form stays as it is."""
    form = await shop.opens_form(GOOD)
    await more(shop, form)
    typed = form.values
    async with database.away(shop):
        await shop.slack.submit(shop.kari, form)

        assert form.errors == NOT_CERTAIN
        assert form.values == typed
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert one_link(shop) == [1, 1, 1, 1]
    assert "Ready to share" in form.read()


async def test_a_database_that_breaks_is_not_saved_and_nothing_typed_is_lost(shop, journal):
    form = await shop.opens_form(GOOD)
    database.write(shop, "ALTER TABLE order_line RENAME TO mislaid")

    await shop.slack.submit(shop.kari, form)

    assert form.errors == NOT_SAVED
    assert "save_failed" in journal()
    assert "Tow bar" not in journal(), "what was typed is no business of the log's"
    database.write(shop, "ALTER TABLE mislaid RENAME TO order_line")
    assert database.count(shop, "orders") == 0, "all or nothing"
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    assert one_link(shop) == [1, 1, 1, 1]


@pytest.fixture
def _no_waiting():
    """Pauses between tries take no time."""
    with stamina.set_testing(True, attempts=9, cap=True):
        yield


@pytest.mark.usefixtures("_no_waiting")
@pytest.mark.parametrize(
    "fault", [Fault.status(500), Fault.ratelimited(3), Fault.drop_after()], ids=lambda one: one.kind
)
async def test_a_result_that_slack_did_not_take_at_once_is_shown_all_the_same(shop, fault):
    shop.slack.faults.add("views.update", fault)

    form = await shop.issues(GOOD)

    assert "Ready to share" in form.read()
    assert shop.whispers() == []


@pytest.mark.usefixtures("_no_waiting")
async def test_a_result_that_slack_did_not_take_reaches_the_person_otherwise(shop):
    shop.slack.faults.add("views.update", *[Fault.status(500)] * 4)

    await shop.issues(GOOD)

    assert shop.whispers() == ["The link 4711 is ready. Its card shows what happens to it."]


async def test_a_guest_of_the_workspace_may_issue(shop):
    form = await shop.issues(GOOD, person=shop.people["guest"])

    assert "Ready to share" in form.read()


async def test_a_submit_from_another_workspace_is_refused(shop):
    """Whose it is says Slack's answer about the person, and not the click."""
    shop.slack.said_instead[shop.kari.id] = {"team_id": "T2"}
    form = await shop.opens_form(GOOD)

    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert "Not done" in form.read()
    assert database.count(shop, "orders") == 0


async def test_the_form_promises_no_place_for_the_card(shop):
    """It may end up in the issuer's own conversation, which is known only when Slack has answered."""
    secret = shop.slack.add_channel("secret", kind="private", members=[shop.kari])

    form = await shop.issues(GOOD, channel=secret)

    assert "secret" not in form.read()
    assert "The card shows how it goes." in form.read()
    shop.slack.complaints = [one for one in shop.slack.complaints if "chat.post" not in one]
