"""The log is for whoever runs the bot: it says what happened, and holds nothing of people, payments or secrets."""

import logging
import re

import pytest

from sandbox.dintero.faults import Fault
from sandbox.slack.faults import Fault as SlackFault
from tests.stories import database
from tests.stories.knocking import knock
from tests.stories.shop import ACCOUNT, KEY, SECRET, TOKEN


async def a_story_full_of_trouble(shop):
    """Everything that is logged with a traceback, and everything that is refused."""
    await shop.issues("249,50 91234567 Tow bar for Ola Nordmann #4711 7d")
    shop.dintero.open(shop.session()["id"])
    await knock(shop, secret="")
    with database.refusing(shop):
        await knock(shop)
        await shop.slack.click(shop.kari, shop.card, "Cancel link")
        with pytest.raises(Exception, match=r"no such table|not currently accepting connections"):
            await shop.bot.work()
    shop.slack.faults.add("chat.update", SlackFault.status(503))
    shop.slack.faults.add("chat.postMessage", SlackFault.error("invalid_blocks"))
    shop.dintero.faults.queue += [("session", Fault.garbage())] * 3 + [("list", Fault.status(400))]
    await shop.later(minutes=2)
    await shop.customer_pays()
    await shop.later(minutes=1)
    shop.dintero.faults.add("capture", Fault.drop_after())
    await shop.presses("Capture")
    await shop.later(minutes=1)
    shop.slack.complaints.clear()


async def test_the_log_of_a_story_full_of_trouble_names_nobody(shop, journal):
    await a_story_full_of_trouble(shop)

    told = journal()
    assert "callback_not_kept" in told
    assert "Traceback" in told or '"exception"' in told
    session = shop.session()
    secrets = {
        "a statement's values": "[parameters:",
        "phone": "91234567",
        "name": "Nordmann",
        "text": "Tow bar",
        "session": session["id"].partition(".")[2],
        "transaction": shop.transaction()["id"].partition(".")[2],
        "token": session["url"]["return_url"].rpartition("/")[2],
        "bot token": TOKEN,
        "signing secret": SECRET,
        "key": KEY,
        "callback secret": "callback-secret",
        "Dintero's token": next(iter(shop.dintero.tokens)),
        "person": f"{shop.kari.id} ",
        "response URL": "/hooks/",
        "query": "report_error",
        "account's session": f"{ACCOUNT}.",
    }
    assert [what for what, secret in secrets.items() if secret in told] == []
    assert not re.search(r"(?<![0-9a-f])4711(?![0-9a-f])", told), "its reference; in an id or a time it means nothing"


async def test_requests_are_logged_by_route(shop, journal):
    await shop.issues()
    await shop.customer_pays()

    told = journal()
    assert "/dintero/callback/{token}" in told
    assert "/sessions/{id}" in told


async def test_a_payload_that_slack_did_not_sign_is_refused_and_not_repeated_in_the_log(shop, journal, caplog):
    """Bolt prints the whole body, unless its loggers are kept down one by one."""
    caplog.set_level(logging.INFO)  # as in a process of its own
    await shop.restart()
    right, shop.slack.signing_secret = shop.slack.signing_secret, "guess" * 8
    await shop.slack.command(shop.kari, shop.sales, "/paylink", "249,50 91234567 Tow bar")
    shop.slack.signing_secret = right

    assert shop.slack.complaints == ["/paylink by kari: the bot answered 401"]
    shop.slack.complaints.clear()
    told = journal()
    assert "/slack/events" in told
    assert "91234567" not in told
    assert "Tow" not in told
