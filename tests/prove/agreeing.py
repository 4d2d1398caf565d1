"""Whether Dintero, our database and Slack say the same of an order once it has come to rest."""

from collections import Counter

from sqlalchemy import select

from bot.domain.headlines import headline
from bot.domain.links import Status
from bot.domain.operations import LETTER, OPEN, Kind
from bot.domain.stories import CardState
from sandbox.dintero import payments
from storage.tables import operations
from tests.stories.shop import ACCOUNT
from tests.stories.till import plain

_STATUS = {
    "AUTHORIZED": Status.AUTHORIZED,
    "AUTHORIZATION_VOIDED": Status.VOIDED,
    **dict.fromkeys(payments.REFUNDABLE | {"REFUNDED"}, Status.CAPTURED),
}
_MOVED = {"CAPTURE": Kind.CAPTURE, "REFUND": Kind.REFUND}


async def story_of(shop, reference="4711"):
    """The order as our database has it."""
    async with shop.bot.store.read() as work:
        [link] = (await work.links_by_reference(ACCOUNT, [reference])).values()
        return await work.story_of_link(link.id)


async def kept(shop, kind=None):
    """The operations that our database has, oldest first."""
    async with shop.bot.store._reader.connect() as connection:
        found = (await connection.execute(select(operations).order_by(operations.c.created_at))).all()
    return [one for one in found if kind in {None, one.kind}]


async def differences(shop):
    """Everything in which the three do not agree, in words. Nothing may be open but a create without a session."""
    story = await story_of(shop)
    found = []
    for link in story.links:
        found += _of_the_link(shop, link)
    found += await _of_the_operations(shop, {link.id for link in story.links if link.status is Status.UNCERTAIN})
    found += await _of_slack(shop, story)
    return found


def doubles(shop):
    """References under which Dintero has more than one session, capture or refund, and ends that came twice."""
    made = Counter(one["order"]["merchant_reference"] for one in shop.dintero.sessions.values())
    made.update(
        event["event_reference"]
        for event in _successes(shop)
        if event["event"] in _MOVED and "event_reference" in event
    )
    made.update(f"{tx['id']} voided" for tx in shop.dintero.transactions.values() for _ in _of(tx, "VOID"))
    return [name for name, times in made.items() if times > 1]


def _successes(shop):
    return [event for tx in shop.dintero.transactions.values() for event in tx["events"] if event["success"]]


def _of(tx, kind):
    return [event for event in tx["events"] if event["success"] and event["event"] == kind]


def _of_the_link(shop, link):
    session = next(
        (one for one in shop.dintero.sessions.values() if one["order"]["merchant_reference"] == link.reference), None
    )
    tx = shop.dintero.transactions.get((session or {}).get("transaction_id"))
    if tx is None:
        expected = (_unpaid(shop, session, link), 0, 0, 0, 0)
    else:
        status = _STATUS[tx["status"]]
        taken, returned = payments.total(tx, "CAPTURE"), payments.total(tx, "REFUND")
        expected = (status, taken, returned, payments.open_amount(tx, "CAPTURE"), taken - returned)
    facts = link.facts
    ours = (link.status, facts.captured, facts.refunded, facts.uncaptured, facts.unrefunded)
    return [] if ours == expected else [f"{link.reference} is {expected} at Dintero, {ours} here"]


def _unpaid(shop, session, link):
    """What a link is that nobody has paid; of one that Dintero never made, whatever we know is right."""
    if session is not None and "cancelled_at" in session:
        return Status.CANCELLED
    if shop.clock.now() >= link.expires_at:
        return Status.EXPIRED if link.status is not Status.REJECTED else link.status
    if session is None:
        return link.status if link.status in {Status.UNCERTAIN, Status.REJECTED} or link.facts.vouched_by else None
    return Status.OPEN


async def _of_the_operations(shop, uncertain):
    all_of_them = await kept(shop)
    open_ones = [one for one in all_of_them if one.state in OPEN and one.link_id not in uncertain]
    found = [f"{one.reference} is still {one.state}" for one in open_ones]
    done = Counter(one.reference for one in all_of_them if one.state == "done" and one.kind in _MOVED.values())
    moved = Counter(e.get("event_reference") for e in _successes(shop) if e["event"] in _MOVED)
    if done != moved:
        found.append(f"done here {dict(done)}, done at Dintero {dict(moved)}")
    for kind, name in ((Kind.VOID, "VOID"), (Kind.CANCEL, "CANCELLED")):
        ours = [one for one in all_of_them if one.kind == kind and one.state == "done"]
        if kind is Kind.VOID:
            theirs = [event for event in _successes(shop) if event["event"] == name]
        else:
            theirs = [e for one in shop.dintero.sessions.values() for e in one["events"] if e["name"] == name]
        if len(ours) != len(theirs):
            found.append(f"{LETTER[kind]}: {len(ours)} done here, {len(theirs)} at Dintero")
    return found


async def _of_slack(shop, story):
    found = []
    async with shop.bot.store.read() as work:
        untold = await work.untold_events(story.order.id)
    found += [f"{event.kind} was never told" for event in untold]
    first = headline(story.newest, shop.clock.now(), paid_twice=story.paid_twice)
    said = plain(shop.card).splitlines()[0]
    if not said.startswith(f"{first.emoji} {first.words} · "):
        found.append(f"the card says {said!r}, the state {first.words!r}")
    if story.card.version != story.version or story.card.state is not CardState.POSTED:
        found.append("the card is not the newest")
    if len(shop.cards) > 1:
        found.append(f"{len(shop.cards)} cards")
    return found
