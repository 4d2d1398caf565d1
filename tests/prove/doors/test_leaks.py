"""A whole life of an order, with failures, in a real process; then everything it wrote is searched for what is private.

What it printed, every byte of its files, the addresses of every request, and all that Slack was told.
"""

import contextlib
import json
import sqlite3

import httpx
import pytest

from sandbox.dintero.faults import Fault
from tests.process import opened_world, until
from tests.prove.doors.knocking import knock, signed
from tests.stories.browsing import token as token_of

PHONE, EMAIL, NAME, NOTE = "91234567", "kanarifugl@example.com", "Kanarina Sørlie", "Bor bak kirken"
SECRETS = {"DINTERO_SIGNATURE_SECRET": "callback-canary", "DINTERO_WEBHOOK_SECRET": "webhook-canary"}


@pytest.fixture
async def world(tmp_path):
    async with opened_world(tmp_path) as made:
        made.kari = made.slack.person("kari")
        made.sales = made.slack.add_channel("sales", members=[made.kari], bot=True)
        made.dintero.signature_secret = SECRETS["DINTERO_SIGNATURE_SECRET"]
        made.settings |= SECRETS
        yield made


async def a_life(world):
    """Not saved, saved, refused by Dintero, made, attacked, paid, refused, captured; and Slack goes away."""
    await issued(world)
    await attacked(world)
    newest = list(world.dintero.sessions.values())[-1]
    world.dintero.pay(newest["id"])
    await world.dintero.deliver_due()
    await presses(world, "Capture", failing=Fault.status(403))
    await until(lambda: "capture" in [exchange.kind for exchange in world.dintero.log])
    await until(lambda: taken(world, newest), seconds=90)
    world.slack.faults.down = True
    await knock(world.bot_url, "POST", f"/p/{token_of(world, reference_of(world))}/seen")
    world.slack.faults.down = False


async def issued(world):
    """Typed, redrawn, not saved, refused by Dintero, sent again, looked at."""
    slack, kari = world.slack, world.kari
    await slack.command(kari, world.sales, "/paylink", f"249,50 {PHONE} Tow bar #4711 7d")
    await until(lambda: slack.modals(kari))
    form = slack.modals(kari)[-1]
    await slack.click(kari, form, "More…")
    await until(lambda: "Customer's name" in form.read())
    await slack.fill(form, {"Customer's name": NAME, "Customer's e-mail": EMAIL, "Note": NOTE})
    world.dintero.faults.add("create", Fault.status(400))
    with contextlib.closing(sqlite3.connect(world.database, isolation_level=None)) as rival:
        rival.execute("ALTER TABLE order_line RENAME TO mislaid")
        await slack.submit(kari, form)
        rival.execute("ALTER TABLE mislaid RENAME TO order_line")
    await until(lambda: sent(slack, kari, form))
    await presses(world, "Send again")
    await presses(world, "Show link")
    await until(lambda: slack.ephemerals(kari))


async def sent(slack, kari, form):
    """Press *Send* until it is saved: where the machine is busy, it may say that it is not certain."""
    if "submit" in form.content:
        await slack.submit(kari, form)
    return "submit" not in form.content


async def presses(world, button, failing=None):
    await until(lambda: any(button in card.buttons for card in world.sales.messages), seconds=90)
    card = next(card for card in world.sales.messages if button in card.buttons)
    if failing:
        world.dintero.faults.add("capture", failing)
    await world.slack.click(world.kari, card, button)


async def taken(world, session):
    """Press *Capture* until the money is taken: the first one was refused, and the card may not say so yet."""
    card = next((card for card in world.sales.messages if "Capture" in card.buttons), None)
    if card:
        await world.slack.click(world.kari, card, "Capture")
    events = world.dintero.transaction(session["transaction_id"])["events"]
    return any(one["event"] == "CAPTURE" and one["success"] for one in events)


async def attacked(world):
    """Everything private, sent to every route as somebody might who has it."""
    token = token_of(world, reference_of(world))
    private = f"{PHONE}/{token}"
    for path in (f"/thanks/{token}?error={PHONE}", f"/p/{token}", f"/p/{token}/qr.png", f"/p/{private}"):
        await knock(world.bot_url, "GET", path)
    for path in (f"/dintero/callback/{token}?phone={PHONE}", "/dintero/webhook", f"/p/{token}/seen", "/health/ready"):
        await knock(world.bot_url, "POST", path, [("Dintero-Signature", PHONE)], private.encode())
    odd = json.dumps({"type": "block_actions", "user": {"id": [PHONE]}, "actions": [{"value": NAME}]}).encode()
    for secret in ("s" * 32, "wrong"):
        headers = signed(b"payload=" + odd, secret=secret)
        await knock(world.bot_url, "POST", "/slack/events", headers, b"payload=" + odd)


def reference_of(world):
    return list(world.dintero.sessions.values())[-1]["order"]["merchant_reference"]


@pytest.mark.parametrize("style", ["text", "json"])
async def test_nothing_private_is_written_anywhere(world, style, proof):
    world.settings["PAYLINK_LOG"] = style
    world.session = world.dintero.session_by_reference
    async with world.serving() as process:
        await a_life(world)
        _, printed = await process.stopped(seconds=60)
    async with world.serving(), httpx.AsyncClient(trust_env=False) as http:
        ready = (await http.get(f"{world.bot_url}/health/ready")).content
        modes = {file.stat().st_mode & 0o777 for file in world.folder.glob("paylink.db*")}
    # Only now: a running process moves pages from one file to the other while they are read.
    files = b"".join(file.read_bytes() for file in world.folder.glob("paylink.db*"))

    token = token_of(world, reference_of(world))
    checkout = list(world.dintero.sessions.values())[-1]["id"]
    secrets = [value for name, value in world.settings.items() if "SECRET" in name or "TOKEN" in name]
    people = [PHONE, f"47{PHONE}", EMAIL, NAME, NAME.encode("unicode_escape").decode(), NOTE, "kanarifugl"]
    said = json.dumps([[call.method, call.args] for call in world.slack.log if call.method.startswith("chat.post")])
    addresses = " ".join(exchange.path for exchange in world.dintero.log)
    searched = {
        "the log": (printed, [*people, token, *secrets]),
        "ready": (ready.decode(), [*people, token, *secrets]),
        "the files": (files.decode("latin-1"), [*people, NAME.encode().decode("latin-1"), token, *secrets]),
        "messages in Slack": (said, [PHONE, EMAIL, NAME, json.dumps(NAME)[1:-1], token, *secrets]),
        "addresses at Dintero": (addresses, [*people, token, *secrets]),
    }
    assert "save_failed" in printed, "something went wrong, and was logged"
    assert checkout.encode() in files, "we looked in the right place"
    assert modes == {0o600}
    with proof(promise=5, varied="what was written × what is private") as tally:
        for place, (text, private) in searched.items():
            squeezed = "".join(text.split())
            for one in private:
                tally.tried += 1
                if one in text or "".join(one.split()) in squeezed:
                    tally.let_in.append(f"{one} in {place}")
