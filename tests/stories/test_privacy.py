"""The customer's number is for the person who typed it, Dintero and an encrypted column. Nobody else ever sees it."""

import json

from sandbox.dintero.faults import Fault
from tests.stories import database

DIGITS = "91234567"
GOOD = f"249,50 {DIGITS} Tow bar #4711 7d"


def holds_the_number(text):
    return DIGITS in "".join(text.split())


def everything_posted(shop):
    """Messages, their metadata, and every call that made or changed one."""
    channels = shop.slack.channels.values()
    messages = [message.snapshot() for channel in channels for message in channel.posted]
    calls = [(call.method, call.args) for call in shop.slack.log if call.method.startswith(("chat.", "response_url"))]
    return json.dumps([messages, calls])


async def a_whole_story(shop):
    """Typed, redrawn, refused, saved at the second try, uncertain, sent again, paid, taken and given back."""
    form = await shop.opens_form(GOOD)
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    database.write(shop, "ALTER TABLE order_line RENAME TO mislaid")
    await shop.slack.submit(shop.kari, form)
    database.write(shop, "ALTER TABLE mislaid RENAME TO order_line")
    shop.dintero.faults.add("create", Fault.drop_before())
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    for _ in range(7):
        await shop.later(seconds=10)
    shop.dintero.faults.add("create", Fault.status(400))
    await shop.presses("Send again")
    await shop.presses("Send again")
    await shop.presses("Show link")
    await shop.customer_pays("4711-3")
    await shop.presses("Capture")
    await shop.presses("Refund…")
    refund = shop.slack.modals(shop.kari)[-1]
    await shop.slack.fill(refund, {"Reason": "Wrong size"})
    await shop.slack.submit(shop.kari, refund)
    await shop.work()
    assert "Refunded" in shop.card.read()


async def test_a_whole_story_leaves_the_number_nowhere(shop, journal):
    await a_whole_story(shop)

    log = journal()
    assert "save_failed" in log
    assert "dintero_call" in log
    assert not holds_the_number(log)
    assert not holds_the_number(everything_posted(shop))
    assert "+47 ••• •• 567" in shop.card.read()
    for name, content in database.raw(shop).items():
        assert not holds_the_number(content.decode("latin-1")), name
    kept = {"sqlite": {"paylink.db", "paylink.db-wal"}, "postgresql": {"orders", "order_line", "link", "draft"}}
    assert kept[shop.kind] <= database.raw(shop).keys()


async def test_a_draft_is_encrypted_while_it_waits(shop):
    form = await shop.opens_form(GOOD)
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()

    assert database.count(shop, "draft") == 1
    for name, content in database.raw(shop).items():
        assert not holds_the_number(content.decode("latin-1")), name
        assert b"Tow bar" not in content, name


async def test_a_form_remembers_ids_only(shop):
    form = await shop.opens_form(GOOD)

    memory = json.loads(form.content["private_metadata"])
    assert memory.keys() == {"d", "c", "g", "r"}
    assert memory["c"] == shop.sales.id


async def test_a_cards_metadata_names_the_order_and_no_more(shop):
    await shop.issues(GOOD)

    assert shop.card.metadata["event_type"] == "paylink_card"
    [(order_id,)] = database.rows(shop, "SELECT id FROM orders")
    assert shop.card.metadata["event_payload"] == {"order": order_id}


async def test_the_token_of_a_link_is_written_nowhere(shop, journal):
    """Whoever holds it can call back in Dintero's name where no signature is set up."""
    await shop.issues(GOOD)
    token = shop.session()["url"]["return_url"].rpartition("/")[2]
    await shop.customer_pays()

    assert token not in journal()
    assert token not in everything_posted(shop)
    for name, content in database.raw(shop).items():
        assert token.encode() not in content, name
