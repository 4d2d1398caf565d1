"""The ways to a customer's money and what became of them, for stories that begin where it is already there."""

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from sqlalchemy import select

from sandbox.slack.finding import find
from storage.tables import operations as rows
from tests.stories.lining import has_lines


@dataclass(frozen=True, eq=False)
class Reference:
    """Equals every reference of one operation: `4711-C1` with any random part behind it."""

    name: str

    def __eq__(self, other):
        return re.fullmatch(f"{re.escape(self.name)}-[0-9a-f]{{4}}", other) is not None

    def __hash__(self):
        return hash(self.name)


SCHEMAS = Path(__file__).parents[1] / "schemas" / "dintero"
READS = {"token", "session", "search", "list", "transaction", "view"}


async def a_reserved_link(shop, **typed):
    """249,50 kr reserved by the customer, 4711 on the card."""
    await shop.issues(**typed)
    await shop.customer_pays()


async def a_paid_link(shop, **typed):
    """249,50 kr reserved and captured by Kari."""
    await a_reserved_link(shop, **typed)
    await shop.presses("Capture")


async def an_order_of_three_lines(shop):
    """A tow bar for 249,50, two fittings of 100,00 each and a hitch for 50,00: 499,50 kr, reserved."""
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    await has_lines(shop, form, ("Fitting", "100", {"quantity": "2"}), ("Hitch", "50", {}))
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    await shop.customer_pays()


async def opens(shop, button, person=None, target=None):
    """Press a button that opens a form; returns the form."""
    person = person or shop.kari
    await shop.presses(button, target, person)
    return shop.slack.modals(person)[-1]


async def sends(shop, form, **typed):
    """Fill a form by its labels (`How_much` for *How much*), send it, let the bot do it; returns Slack's answer."""
    await shop.slack.fill(form, {label.replace("_", " "): value for label, value in typed.items()})
    answer = await shop.slack.submit(form.person, form)
    await shop.work()
    return answer


async def refunds(shop, reason="Wrong size", person=None, **typed):
    """The whole way of a refund: the button, the form, the reason."""
    form = await opens(shop, "Refund…", person)
    await sends(shop, form, Reason=reason, **typed)
    return form


async def ticks(shop, form):
    """Say in the form of a release that one is sure."""
    [box] = form.content["blocks"][-1]["element"]["options"]
    await shop.slack.fill(form, {"sure": [box["text"]["text"]]})


async def releases(shop, button="Release", person=None, target=None):
    """The whole way of a release: the button, the box that asks once more."""
    form = await opens(shop, button, person, target)
    await ticks(shop, form)
    await sends(shop, form)


async def stops_waiting(shop, person=None):
    """The whole way of no longer waiting for what Dintero has begun: the button, and the box to tick."""
    form = await opens(shop, "Stop waiting…", person)
    await ticks(shop, form)
    await sends(shop, form)
    return form


async def captures_part(shop, **typed):
    """The whole way of a part capture."""
    form = await opens(shop, "Capture part…")
    await sends(shop, form, **typed)
    return form


async def operations(shop):
    """Every money operation the bot has kept, oldest first."""
    async with shop.bot.store._reader.connect() as connection:
        found = await connection.execute(
            select(rows).where(rows.c.kind != "create").order_by(rows.c.created_at, rows.c.reference)
        )
        return found.all()


async def the_operation(shop):
    """The only money operation, or the newest."""
    return (await operations(shop))[-1]


def strictly(exchange):
    """The body of a capture or refund, after Dintero's own schema without undocumented keys has taken it."""
    schema = json.loads((SCHEMAS / f"transaction-{exchange.kind}.request.strict.json").read_text())
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(exchange.body)
    return exchange.body


def moved(shop):
    """What was ever asked of Dintero that moves money or ends a link, in order."""
    return [exchange.kind for exchange in shop.dintero.log if exchange.kind not in READS | {"create"}]


def done(shop, event, reference="4711"):
    """The amounts of one kind of event that Dintero carried out."""
    log = shop.transaction(reference)["events"]
    return [one["amount"] for one in log if one["event"] == event and one["success"]]


def asking(shop):
    """The buttons on each thread line."""
    return [line.buttons for line in shop.thread]


def plain(message):
    """A message, card, line or form with ordinary spaces in its amounts."""
    return message.read().replace("\N{NO-BREAK SPACE}", " ")


def card(shop):
    """What the card says."""
    return plain(shop.card)


def lines(shop):
    """What the thread says, line by line."""
    return [plain(line) for line in shop.thread]


def whispers(shop, person=None):
    """What only this person was told."""
    return [plain(one) for one in shop.slack.ephemerals(person or shop.kari)]


async def until(true, seconds=5):
    """Wait in real time, and no longer than needed, for what another task is about to do."""
    for _ in range(seconds * 100):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def value_of(message, button):
    """What a button on a card or line carries: link, version and open amount."""
    _, element, option = find(message.blocks, button, None)
    return (option or element)["value"]


async def forges(shop, person, action, value, target=None):
    """A click no button of ours made: whoever has read one payload can write another."""
    pressed = {"type": "button", "action_id": f"link:{action}", "block_id": "b", "value": value}
    pressed |= {"action_ts": shop.slack.next_ts(), "text": {"type": "plain_text", "text": action}}
    payload = shop.slack._action(person, target or shop.card, pressed)
    answer = await shop.slack._interact(payload, f"forged {action}")
    await shop.work()
    return answer
