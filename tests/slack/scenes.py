"""Every situation that a card, a line or a form can be in, by file and by name."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

from bot.domain.actions import Action
from bot.domain.choices import Choices, Profile, Shipping
from bot.domain.doubts import Doubt, Twin
from bot.domain.drafts import EXCL, MAX_LINES, Draft, DraftLine
from bot.domain.events import Happened, Source
from bot.domain.items import Item
from bot.domain.links import Delivered, PriceChange, Status
from bot.domain.methods import RestRelease
from bot.domain.operations import OPEN, Kind, State
from bot.domain.orders import Capture, Delivery, Remind
from bot.domain.redrafting import draft_of
from bot.services.patterns import Coming
from bot.slack.views.blocks import Look
from bot.slack.views.card import card
from bot.slack.views.change_form import KEPT
from bot.slack.views.issue_form import LINES_CHANGED, issue_form
from bot.slack.views.item_list import item_list
from bot.slack.views.line import line
from bot.slack.views.line_form import line_form
from bot.slack.views.lines_form import NO_LAST_ORDER, lines_form
from bot.slack.views.link_reply import link_reply, moved, said, sorry, usage
from bot.slack.views.part_form import part_form
from bot.slack.views.pattern_reply import pattern_off, pattern_reply, pattern_set
from bot.slack.views.preview import preview_form
from bot.slack.views.release_form import release_form
from bot.slack.views.resend_form import cancelling_first, extend_form, resend_form
from bot.slack.views.result_form import (
    created_form,
    creating_form,
    rejected_form,
    still_waiting_form,
    uncertain_form,
)
from bot.slack.views.words import named

from .backoffice_scenes import backoffice_tellings, needing_backoffice
from .delivery_scenes import PICTURE, delivery_cards, delivery_forms, delivery_replies, delivery_tellings
from .shelf import (
    LINK,
    LOOK,
    NOW,
    URL,
    captured,
    event,
    facts,
    line_of,
    link,
    operation,
    order,
    reserved,
    story,
)

MINUTES = timedelta(minutes=1)
NOT_SENT = {"session_id": None, "url": None}
SANDBOX = Look(sandbox=True)
THREE = order(line_of(price=10000, quantity="1.5"), line_of("Wiring", 9900, line_id="2"), line_of("Fee", 0, "1", "3"))
SEVEN = order(*(line_of(f"Thing {n}", 1000 * n, str(n), str(n)) for n in range(1, 8)))
BY_LINK = order(delivery=Delivery.LINK, phone=None)
BY_PUSH = order(methods=("vipps",))
BY_APP = order(delivery=Delivery.APP, phone=None, methods=("vipps",))
BY_PROFILE = order(delivery=Delivery.PROFILE)
MAILABLE = order(email="kari@example.com")
PAGE = "https://pay.example.com/p/token"


def states(kinds, known, status):
    """One story per kind and state of an operation in flight."""
    for kind, state in product(kinds, [state for state in State if state in OPEN]):
        yield f"{kind}, {state}", story(link(status, known=known, operation=operation(kind, state)))
        if state is State.UNKNOWN:
            late = operation(kind, state, sent_at=NOW - 11 * MINUTES)
            yield f"{kind}, {state} for ten minutes", story(link(status, known=known, operation=late))


def methods(make, status):
    for method in ("Vipps", "card", "Klarna", None):
        yield f"by {method or 'a method we were not told'}", story(link(status, known=make(method=method)))


def older(status, known, **more):
    return link(status, known=known, id="f" * 32, replaced=True, **more)


def newer(status=Status.OPEN, known=None, **more):
    return link(status, known=known, n=2, reference="4711-2", **more)


def requested():
    create = operation(Kind.CREATE, State.WANTED, requested_by="U0KARI")
    yield "at once", story(link(Status.REQUESTED, operation=create, known=facts(delivered=Delivered.NONE), **NOT_SENT))


def uncertain():
    sent = facts(delivered=Delivered.NONE)
    for name, ago in (("at once", 10), ("after a minute", 90)):
        asked = operation(Kind.CREATE, State.UNKNOWN, sent_at=NOW - timedelta(seconds=ago))
        yield name, story(link(Status.UNCERTAIN, known=sent, operation=asked, **NOT_SENT))
    yield "without an operation", story(link(Status.UNCERTAIN, known=sent, **NOT_SENT))
    yield "to be shared", story(link(Status.UNCERTAIN, known=sent, delivery=Delivery.LINK, **NOT_SENT), of=BY_LINK)
    fresh = newer(operation=operation(Kind.CREATE, State.WANTED), status=Status.REQUESTED, **NOT_SENT)
    yield "sent again, the older one in doubt", story(older(Status.UNCERTAIN, sent, **NOT_SENT), fresh)


def rejected():
    for name, reason in (("with a reason", "The amount is too high for Vipps."), ("without a reason", None)):
        yield name, story(link(Status.REJECTED, known=facts(rejection=reason), **NOT_SENT))


def opened():
    for delivered in Delivered:
        yield f"delivery {delivered}", story(link(known=facts(delivered=delivered)))
        if delivered in {Delivered.SKIPPED, Delivered.FAILED}:
            yield (
                f"delivery {delivered}, an e-mail address known",
                story(link(known=facts(delivered=delivered)), of=MAILABLE),
            )
    cheaper = facts(price_change=PriceChange(before=349_00, currency="NOK", by="U0OLA"))
    yield "the price was changed", story(link(known=cheaper))
    yield "on the phone", story(link(on_phone=True), of=order(deadline="phone"))
    yield "nobody asked for a message", story(link(known=facts(delivered=Delivered.NONE)), of=BY_LINK)
    for delivered in (Delivered.SENT, Delivered.FAILED):
        yield f"a push, {delivered}", story(link(known=facts(delivered=delivered)), of=BY_PUSH)
    yield "an app link", story(link(known=facts(delivered=Delivered.NONE)), of=BY_APP)
    yield "left to the profile", story(link(known=facts(delivered=Delivered.BY_PROFILE)), of=BY_PROFILE)
    yield "vouched for", story(link(known=facts(delivered=Delivered.NONE, vouched_by="U0OLA"), **NOT_SENT))
    yield "sent again, the older one alive", story(older(Status.OPEN, facts(delivered=Delivered.NONE)), newer())
    yield from looked_at()
    yield "three lines", story(of=THREE)
    yield "seven lines", story(of=SEVEN)
    yield "in the issuer's own messages", story(diverted=True, channel="D0KARI")
    yield from delivery_cards()
    yield from states([Kind.CANCEL], facts(), Status.OPEN)
    for state in (State.WANTED, State.ACCEPTED, State.UNKNOWN):
        giving_way = operation(Kind.CANCEL, state, draft_id="d2", sent_at=NOW - 11 * MINUTES)
        yield f"giving way, {state}", story(link(operation=giving_way))
    yield from replaced()


def looked_at():
    yield "opened", story(link(known=facts(opened_at=NOW)), last=event(Happened.OPENED, Source.CUSTOMER))
    yield "not delivered but opened", story(link(known=facts(opened_at=NOW, delivered=Delivered.FAILED)))
    failed = facts(opened_at=NOW, attempts_failed=2, last_failure="Insufficient funds")
    yield "an attempt failed", story(link(known=failed), last=event(Happened.ATTEMPT_FAILED, Source.CUSTOMER))
    reported = facts(opened_at=NOW, reported_at=NOW)
    yield "reported", story(link(known=reported), last=event(Happened.REPORTED, Source.CUSTOMER))
    yield "paying now", story(link(known=facts(opened_at=NOW, paying_since=NOW)))
    yield "paying again after a failure", story(link(known=replace(failed, paying_since=NOW)))
    over = {"expires_at": NOW - MINUTES}
    yield "the deadline has passed", story(link(known=facts(delivered=Delivered.SIMULATED), **over))
    yield "the deadline has passed, paying", story(link(known=facts(opened_at=NOW, paying_since=NOW), **over))


def replaced():
    yield "replaced, the older one cancelled", story(older(Status.CANCELLED, facts()), newer())
    yield "replaced, the older one reserved", story(older(Status.AUTHORIZED, reserved(late=True)), newer())
    in_doubt = operation(Kind.REFUND, State.UNKNOWN)
    kept = older(Status.CAPTURED, captured(late=True), operation=in_doubt)
    yield "replaced, the older one captured, its refund in doubt", story(kept, newer())


def pending():
    yield "held", story(link(Status.PENDING), last=event(Happened.PENDING, Source.CUSTOMER))


def authorized():
    yield from methods(reserved, Status.AUTHORIZED)
    for minutes in (0, 20, 49 * 60):
        known = replace(reserved(), authorized_at=NOW - minutes * MINUTES)
        auto = link(Status.AUTHORIZED, known=known, auto_capture=True)
        yield f"capture follows, {minutes} minutes on", story(auto, of=order(capture=Capture.AUTOMATIC))
    yield "late", story(link(Status.AUTHORIZED, known=reserved(late=True)))
    yield (
        "paid twice",
        story(older(Status.CAPTURED, captured()), newer(Status.AUTHORIZED, reserved(late=True))),
    )
    yield "reported before it was paid", story(link(Status.AUTHORIZED, known=replace(reserved(), reported_at=NOW)))
    being_captured = replace(reserved(), open_to_capture=14900, in_progress={Kind.CAPTURE: 10000})
    yield "a part being captured elsewhere", story(link(Status.AUTHORIZED, known=being_captured))
    yield from states([Kind.CAPTURE, Kind.VOID], reserved(), Status.AUTHORIZED)
    yield (
        "capture in doubt in the sandbox",
        story(link(Status.AUTHORIZED, known=reserved(), operation=operation(state=State.UNKNOWN))),
    )


def paid():
    yield from methods(captured, Status.CAPTURED)
    by_ola = event(Happened.CAPTURED, amount=24900)
    yield "captured by a colleague", story(link(Status.CAPTURED, known=captured()), last=by_ola)
    outside = event(Happened.CAPTURED, Source.OUTSIDE, amount=24900)
    yield "captured outside Slack", story(link(Status.CAPTURED, known=captured()), last=outside)
    automatic = event(Happened.CAPTURED, Source.AUTOMATIC, amount=24900)
    yield "captured automatically", story(link(Status.CAPTURED, known=captured()), last=automatic)
    refused = event(Happened.REFUSED, operation="refund", amount=24900, reason="The payment is locked.")
    yield "a refund refused", story(link(Status.CAPTURED, known=captured()), last=refused)
    yield "part captured", story(link(Status.CAPTURED, known=captured(10000, rest=14900)))
    yield "part captured, nothing left", story(link(Status.CAPTURED, known=captured(10000)))
    being_refunded = replace(captured(), open_to_refund=14900, in_progress={Kind.REFUND: 10000})
    yield "a part being refunded elsewhere", story(link(Status.CAPTURED, known=being_refunded))
    for way in (RestRelease.LAST_CAPTURE, RestRelease.NEVER):
        yield (
            f"part captured, the rest is released: {way}",
            story(link(Status.CAPTURED, known=captured(10000, rest=14900, rest_release=way))),
        )
    part = captured(10000, 4000, 14900)
    yield "part captured, part refunded", story(link(Status.CAPTURED, known=part))
    yield "part refunded", story(link(Status.CAPTURED, known=captured(back=4900)))
    yield "refunded", story(link(Status.CAPTURED, known=captured(back=24900)))
    yield "late", story(link(Status.CAPTURED, known=captured(late=True)))
    yield "late, part reserved", story(link(Status.CAPTURED, known=captured(10000, rest=14900, late=True)))
    twice = (older(Status.CAPTURED, captured()), newer(Status.CAPTURED, captured(late=True)))
    yield "paid twice", story(*twice)
    decided = (older(Status.CAPTURED, captured()), newer(Status.CAPTURED, captured()))
    yield "paid twice, and kept", story(*decided)
    yield from states([Kind.CAPTURE, Kind.VOID, Kind.REFUND], part, Status.CAPTURED)


def ended():
    released = event(Happened.VOIDED, amount=24900)
    known = facts(authorized_at=NOW, authorized=24900, method="Vipps")
    yield "released", story(link(Status.VOIDED, known=known), last=released)
    paid_then = event(Happened.PAID_WHILE_CANCELLING, amount=24900)
    yield "cancelled while the customer paid", story(link(Status.VOIDED, known=known), last=paid_then)
    yield "cancelled", story(link(Status.CANCELLED), last=event(Happened.CANCELLED))
    for source in (Source.OUTSIDE, Source.CUSTOMER):
        yield f"cancelled, {source}", story(link(Status.CANCELLED), last=event(Happened.CANCELLED, source))
    over = link(Status.EXPIRED, expires_at=NOW - timedelta(hours=1))
    yield "expired", story(over, last=event(Happened.EXPIRED, Source.AUTOMATIC))
    declined = facts(last_failure="Declined by the bank")
    yield "failed", story(link(Status.FAILED, known=declined), last=event(Happened.FAILED, Source.CUSTOMER))
    yield "failed without a reason", story(link(Status.FAILED), last=event(Happened.FAILED, Source.CUSTOMER))
    for status, known in (Status.OPEN, facts), (Status.AUTHORIZED, reserved):
        left = link(status, known=known(unfollowed_at=NOW))
        last = event(Happened.UNFOLLOWED, Source.AUTOMATIC, account="T12345678")
        yield f"no longer followed, {status}", story(left, last=last)


CARDS = {
    "requested": requested,
    "uncertain": uncertain,
    "rejected": rejected,
    "open": opened,
    "pending": pending,
    "authorized": authorized,
    "captured": paid,
    "backoffice": needing_backoffice,
    "ended": ended,
}

AMOUNT = {"amount": 24900, "method": "Vipps"}
WHOLE = {**AMOUNT, "total": 24900, "captured": 24900, "refunded": 0}
PART = {**AMOUNT, "amount": 10000, "total": 24900, "captured": 10000, "refunded": 0}
ON_RESERVED = link(Status.AUTHORIZED, known=reserved())
ON_LATE = link(Status.AUTHORIZED, known=reserved(late=True))
ON_PAID = link(Status.CAPTURED, known=captured())
ON_PART = link(Status.CAPTURED, known=captured(10000, rest=14900))
ON_LATE_PAID = link(Status.CAPTURED, known=captured(late=True))
LOST = link(Status.UNCERTAIN, known=facts(delivered=Delivered.NONE), **NOT_SENT)


def told(kind, on=None, source=Source.SLACK, **data):
    return story(on or link()), event(kind, source, **data)


def tellings():
    yield "issued", *told(Happened.ISSUED)
    for delivered in (Delivered.FAILED, Delivered.SKIPPED):
        yield f"not delivered, {delivered}", *told(Happened.NOT_DELIVERED, link(known=facts(delivered=delivered)))
    for name, beside in {
        "": {"references": "4698"},
        ", beside two": {"references": "4698, 4699"},
        ", beside one elsewhere": {"references": "", "elsewhere": 1},
        ", beside some elsewhere": {"references": "4698", "elsewhere": 2},
    }.items():
        yield f"sent anyway{name}", *told(Happened.SENT_ANYWAY, **beside)
    noted = replace(order(), note="Called *twice*, <wants> it by Friday")
    yield "noted", story(link(), of=noted), event(Happened.NOTED)
    yield (
        "rejected",
        *told(Happened.REJECTED, link(Status.REJECTED, known=facts(rejection="Wrong currency."), **NOT_SENT)),
    )
    for name, lost in (("", LOST), (", to be shared", replace(LOST, delivery=Delivery.LINK))):
        yield f"uncertain{name}", *told(Happened.UNCERTAIN, lost, Source.AUTOMATIC)
    yield "uncertain, answered since", *told(Happened.UNCERTAIN, source=Source.AUTOMATIC)
    price = {"was": 249_00, "was_in": "NOK", "is": 349_00, "is_in": "NOK"}
    for name, changed in {
        "": {"changed": "another number, a new deadline"},
        ", nothing changed": {"changed": ""},
        ", another price": {"changed": "", **price},
        ", another price and more": {"changed": "other lines", **price},
    }.items():
        on = link(Status.CANCELLED, replaced=not name)
        yield f"replaced{name}", *told(Happened.REPLACED, on, reference="4711-2", **changed)
    yield "not replaced", *told(Happened.NOT_REPLACED, link(Status.VOIDED), reason="The customer had just paid.")
    beyond = {"reference": "4711-4", "changed": "another number", "sent": 3}
    yield "replaced, with a fourth message", *told(Happened.REPLACED, link(Status.CANCELLED), **beyond)
    yield "not replaced, held", *told(Happened.NOT_REPLACED, link(Status.PENDING), reason="Its payment is held.")
    yield "vouched", *told(Happened.VOUCHED, link(known=facts(vouched_by="U0OLA"), **NOT_SENT))
    yield "found", *told(Happened.FOUND, source=Source.AUTOMATIC)
    alive = link(known=facts(delivered=Delivered.NONE), replaced=True)
    yield "found after it was sent again", *told(Happened.FOUND, alive, Source.AUTOMATIC)
    yield "sent again", *told(Happened.SENT_AGAIN, replace(LOST, replaced=True), reference="4711-2")
    yield "opened", *told(Happened.OPENED, source=Source.CUSTOMER)
    yield "reported", *told(Happened.REPORTED, source=Source.CUSTOMER)
    yield "attempt failed", *told(Happened.ATTEMPT_FAILED, source=Source.CUSTOMER, reason="Insufficient funds")
    yield "attempt failed, no reason", *told(Happened.ATTEMPT_FAILED, source=Source.CUSTOMER)
    yield "pending", *told(Happened.PENDING, link(Status.PENDING), Source.CUSTOMER)
    yield from delivery_tellings()
    yield from money_in()
    yield from money_out()
    yield from questions()


def money_in():
    yield from backoffice_tellings()
    customer = Source.CUSTOMER
    yield "reserved", *told(Happened.AUTHORIZED, ON_RESERVED, customer, **AMOUNT)
    yield "reserved, no method", *told(Happened.AUTHORIZED, ON_RESERVED, customer, amount=24900, method=None)
    automatic = link(Status.AUTHORIZED, known=reserved(), auto_capture=True)
    yield "reserved, capture follows", *told(Happened.AUTHORIZED, automatic, customer, automatic=True, **AMOUNT)
    yield "reserved late", *told(Happened.AUTHORIZED, ON_LATE, customer, late=True, **AMOUNT)
    yield "reserved twice, said", *told(Happened.AUTHORIZED, ON_LATE, customer, late=True, double=True, **AMOUNT)
    both = story(older(Status.CAPTURED, captured()), newer(Status.AUTHORIZED, reserved(late=True)))
    yield "reserved twice", both, event(Happened.AUTHORIZED, customer, late=True, **AMOUNT)
    for source in Source:
        yield f"captured, {source}", *told(Happened.CAPTURED, ON_PAID, source, **WHOLE)
        yield f"part captured, {source}", *told(Happened.CAPTURED, ON_PART, source, **PART)
    yield "second part", *told(Happened.CAPTURED, ON_PART, **{**PART, "captured": 15000, "amount": 5000})
    yield "paid late", *told(Happened.CAPTURED, ON_LATE_PAID, customer, late=True, **WHOLE)
    yield "captured late outside", *told(Happened.CAPTURED, ON_LATE_PAID, Source.OUTSIDE, late=True, **WHOLE)
    yield "kept", *told(Happened.KEPT, ON_PAID)
    yield "auto-capture missing", *told(Happened.AUTO_CAPTURE_MISSING, automatic, Source.AUTOMATIC, amount=24900)
    over = {"amount": 24900, "over": True}
    yield "auto-capture over", *told(Happened.AUTO_CAPTURE_MISSING, ON_RESERVED, Source.AUTOMATIC, **over)


def money_out():
    back = {**WHOLE, "refunded": 24900}
    on = link(Status.CAPTURED, known=captured(back=24900))
    yield "refunded", *told(Happened.REFUNDED, on, reason="Returned <within> 14 days & *unused*", **back)
    yield "refunded outside", *told(Happened.REFUNDED, on, Source.OUTSIDE, **back)
    gone = link(Status.CANCELLED)
    yield "cancelled, customer", *told(Happened.CANCELLED, gone, Source.CUSTOMER)
    for source in (Source.SLACK, Source.OUTSIDE):
        yield f"released, {source}", *told(Happened.VOIDED, link(Status.VOIDED), source, amount=24900)
        yield f"rest released, {source}", *told(Happened.VOIDED, link(Status.CAPTURED), source, amount=14900, rest=True)
        yield f"cancelled, {source}", *told(Happened.CANCELLED, gone, source)
    yield "paid while cancelling", *told(Happened.PAID_WHILE_CANCELLING, link(Status.VOIDED), amount=24900)
    yield "expired", *told(Happened.EXPIRED, link(Status.EXPIRED), Source.AUTOMATIC)
    yield "failed", *told(Happened.FAILED, link(Status.FAILED), Source.CUSTOMER, reason="Declined by the bank.")
    left = link(known=facts(unfollowed_at=NOW))
    yield "no longer followed", *told(Happened.UNFOLLOWED, left, Source.AUTOMATIC, account="T12345678")
    yield "corrected", *told(Happened.CORRECTED, ON_PAID, Source.OUTSIDE, captured=24900, refunded=0)


def questions():
    for kind in Kind:
        status, known = (Status.OPEN, facts()) if kind is Kind.CANCEL else (Status.AUTHORIZED, reserved())
        status, known = (Status.CAPTURED, captured()) if kind is Kind.REFUND else (status, known)
        status = Status.UNCERTAIN if kind is Kind.CREATE else status
        asked = operation(kind, State.ACCEPTED)
        said = {"operation": kind.value, "amount": asked.amount}
        for happened, state in ((Happened.ASKED, State.ACCEPTED), (Happened.UNKNOWN, State.UNKNOWN)):
            on = link(status, known=known, operation=replace(asked, state=state))
            yield f"{happened}, {kind}", *told(happened, on, **said)
        old = replace(asked, state=State.UNKNOWN, sent_at=NOW - 11 * MINUTES)
        yield (
            f"still unknown, {kind}",
            *told(Happened.UNKNOWN, link(status, known=known, operation=old), still=True, **said),
        )
        on = link(status, known=known)
        yield f"refused, {kind}", *told(Happened.REFUSED, on, reason="The payment is locked.", **said)
        yield f"not taken, {kind}", *told(Happened.REFUSED, on, reason=None, taken=False, **said)
        yield f"not sent, {kind}", *told(Happened.NOT_SENT, on, **said)
        yield f"absent, {kind}", *told(Happened.ABSENT, on, **said)
        yield f"no longer waited for, {kind}", *told(Happened.ABSENT, on, accepted=True, **said)
        yield f"accepted a day ago, {kind}", *told(Happened.ASKED, on, still=True, **said)


CHOICES = Choices(
    methods=("card", "vipps", "swish", "klarna"),
    profiles=(Profile("default", "Web shop"), Profile("P1.workshop", "Workshop")),
    shipping=(Shipping("Home delivery", 9900, "NOK", 2500), Shipping("Collect in shop", 0, "NOK", 2500)),
    terms="https://shop.example.com/terms",
)
CHOOSING = Look(choices=CHOICES)
ONLY_VIPPS = Look(choices=Choices(methods=("vipps",)))
DRAFT = Draft(id="5f2c8d31", channel="C0SALES")
FILLED = replace(
    DRAFT, phone="912 34 567", reference="4711", lines=(DraftLine(line_id="1", text="Tow bar", price="249,00"),)
)
MORE = replace(FILLED, expanded=True, lines=(*FILLED.lines, DraftLine(line_id="2", text="Wiring", price="99,00")))
FULL = replace(
    FILLED, lines=tuple(DraftLine(line_id=str(n), text=f"Bolt {n}", price="10") for n in range(1, MAX_LINES + 1))
)
MIXED = replace(
    MORE,
    lines=(
        *MORE.lines,
        DraftLine(line_id="3", text="Fitting, by the hour", quantity="1,5", price="900", vat="12,5"),
        DraftLine(line_id="4", text="Bolts", price="many"),
    ),
)


def forms():
    for name, draft in {
        "empty": DRAFT,
        "filled": FILLED,
        "own VAT and deadline": replace(FILLED, deadline="3d", lines=(replace(FILLED.lines[0], vat="12,5"),)),
        "a date as deadline": replace(FILLED, deadline="2026-03-27"),
        "a date too far away": replace(FILLED, deadline="2026-12-01"),
        "more": replace(FILLED, expanded=True),
        "two lines": MORE,
        "from anywhere": replace(DRAFT, channel=""),
        "from a message": replace(FILLED, thread="1763640000.000100"),
    }.items():
        yield f"issue, {name}", issue_form(draft, currency="NOK", look=LOOK, now=NOW)
    more = replace(FILLED, expanded=True)
    yield "issue, more, with much to choose", issue_form(more, currency="NOK", look=CHOOSING, now=NOW)
    vipps = replace(more, methods=("vipps",), address="Home delivery", profile="P1.workshop", name="Kari Nordmann")
    yield "issue, more, Vipps alone and an address", issue_form(vipps, currency="NOK", look=CHOOSING, now=NOW)
    mail = replace(more, delivery=Delivery.EMAIL, phone="")
    yield "issue, more, by e-mail", issue_form(mail, currency="NOK", look=CHOOSING, now=NOW)
    yield "issue, the shop takes only Vipps", issue_form(FILLED, currency="NOK", look=ONLY_VIPPS, now=NOW)
    stale = replace(MORE, expanded=False, revision=2, redrawn=True)
    yield "issue, lines changed since", issue_form(stale, currency="NOK", look=LOOK, now=NOW, notice=LINES_CHANGED)
    yield "issue, numbered", issue_form(DRAFT, currency="NOK", look=LOOK, now=NOW, coming="2026-0042")
    yield from doubted_forms()
    yield from previews()
    yield from line_forms()
    yield from after_send()
    yield from forms_of_links()


def after_send():
    yield "creating", creating_form()
    yield "still waiting", still_waiting_form()
    for name, done in {
        "sent": story(),
        "not delivered": story(link(known=facts(delivered=Delivered.FAILED))),
        "a push": story(of=BY_PUSH),
        "a push that failed": story(link(known=facts(delivered=Delivered.FAILED)), of=BY_PUSH),
        "an app link": story(link(known=facts(delivered=Delivered.NONE)), of=BY_APP),
        "left to the profile": story(link(known=facts(delivered=Delivered.BY_PROFILE)), of=BY_PROFILE),
        "just the link": story(link(known=facts(delivered=Delivered.NONE)), of=BY_LINK),
    }.items():
        yield f"created, {name}", created_form(done, PAGE if done.order is BY_LINK else URL, LOOK)
    yield from delivery_forms(FILLED)
    simulated = link(known=facts(delivered=Delivered.SIMULATED))
    yield "created, sandbox", created_form(story(simulated), URL, SANDBOX)
    yield "created, sandbox, a push", created_form(story(simulated, of=BY_PUSH), URL, SANDBOX)
    yield "uncertain", uncertain_form(link())
    yield "uncertain, to be shared", uncertain_form(link(delivery=Delivery.LINK))
    yield "rejected", rejected_form("The amount is too high.")
    yield "rejected, no reason", rejected_form(None)


def forms_of_links():
    some = captured(10000, rest=20100, taken={"1": 10000})
    yield "capture part", part_form(story(of=THREE), ON_RESERVED, Action.CAPTURE_PART, LOOK)
    yield "capture the rest", part_form(story(of=THREE), link(known=some), Action.CAPTURE_PART, LOOK)
    yield "send again", resend_form(story(), link(), LOOK)
    yield "send again, right after Send", cancelling_first(link())
    yield "extend", extend_form(story(), link(), NOW, LOOK)
    yield "release", release_form(story(), ON_RESERVED, LOOK)
    yield "release the rest", release_form(story(), ON_PART, LOOK)
    changed = replace(draft_of(order(), "5f2c8d31"), replaces=LINK, ordered_as=order().draft_id)
    yield "change order", issue_form(changed, currency="NOK", look=LOOK, now=NOW)
    yield "change order, more", issue_form(replace(changed, expanded=True), currency="NOK", look=LOOK, now=NOW)
    by_link = replace(changed, delivery=Delivery.LINK)
    yield "change order, typed before", issue_form(by_link, currency="NOK", look=LOOK, now=NOW, notice=KEPT)
    yield "refund", part_form(story(), link(Status.CAPTURED, known=captured(taken={"1": 24900})), Action.REFUND, LOOK)
    yield "refund, lines unknown", part_form(story(), ON_PAID, Action.REFUND, LOOK)


TWIN = Twin(
    link_id="e" * 32, reference="4711", status=Status.OPEN, issuer="U0OLA", created_at=NOW, same_reference=True,
    channel="C0SALES", ts="1763640000.000100", issued_in="C0SALES",
)  # fmt: skip


def doubted_forms():
    used = Doubt(reference="4711", becomes="4711-2", twins=(), asks="U0KARI", channel="C0SALES")
    other = replace(TWIN, reference="4698", status=Status.AUTHORIZED, same_reference=False, ts=None)
    for name, doubt in {
        "reference used": used,
        "an open link like it": replace(used, twins=(TWIN, other)),
        "one in another conversation": replace(used, becomes="", twins=(replace(other, issued_in="C0SECRET"),)),
    }.items():
        look = replace(LOOK, workspace_url="https://shop.slack.com/")
        yield f"issue, {name}", issue_form(FILLED, currency="NOK", look=look, now=NOW, doubt=doubt)


def previews():
    anew = replace(
        FILLED, delivery=Delivery.LINK, email="kari@example.com", note="Called *twice*", deadline="2026-03-27"
    )
    fjord = replace(CHOOSING, seller="Fjord & Fjell")
    for name, draft, reference, wrong in (
        ("ready", FILLED, "4711", []),
        ("by link, several lines", replace(anew, lines=MIXED.lines[:3]), "4711-2, because 4711 is used already", []),
        ("wrong", MIXED, "4711", ["*Mobile number*: This is not a phone number.", "*Price of line 4*: Not an amount."]),
        ("a push and an address", replace(FILLED, methods=("vipps",), address="Home delivery"), "4711", []),
        ("empty", DRAFT, "PL-5F2C8D31", ["*Mobile number*: Enter the customer's mobile number."]),
    ):
        shown = {"currency": "NOK", "look": fjord, "now": NOW, "reference": reference, "wrong": wrong}
        yield f"preview, {name}", preview_form(draft, **shown)
    all_chosen = replace(
        FILLED, methods=("vipps",), address="Home delivery", profile="P1.workshop", name="Kari Nordmann",
        terms="https://shop.example.com/terms", remind=Remind.EMAIL, remind_opened=True, note="Called *twice*",
        email="kari@example.com",
    )  # fmt: skip
    choosing = {"currency": "NOK", "look": replace(CHOOSING, mails=True), "now": NOW, "reference": "4711", "wrong": []}
    yield "preview, all there is to choose", preview_form(all_chosen, **choosing)
    by_hand = replace(FILLED, delivery=Delivery.EMAIL, email="kari@example.com", phone="")
    yield "preview, an e-mail without a mail server", preview_form(by_hand, **(choosing | {"look": LOOK}))


def line_forms():
    for name, draft in {"none": DRAFT, "one": FILLED, "several": MIXED, "full": FULL}.items():
        yield f"lines, {name}", lines_form(draft, currency="NOK", look=LOOK)
    yield "lines, no last order", lines_form(DRAFT, currency="NOK", look=LOOK, notice=NO_LAST_ORDER)
    yield "line, new", line_form(MORE, DraftLine(line_id="3"), currency="NOK", look=LOOK)
    dear = replace(MORE, prices=EXCL, currency="SEK")
    yield "line, typed VAT, excl. VAT, in SEK", line_form(dear, MIXED.lines[2], currency="NOK", look=LOOK, generation=1)


ITEM = Item(
    id="f" * 32, workspace_id="W1", name="Tow bar", unit_price=24900, currency="NOK", vat=2500, kept_by="U1", at=NOW
)


COMING = Coming("{yyyy}-{seq:4}", "2026-0042")


def replies():
    yield "show link", link_reply(story(), link(), URL, NOW, LOOK)
    yield "show link, our page", link_reply(story(of=BY_LINK), link(), PAGE, NOW, LOOK)
    known = story(of=replace(order(), name="Kari <Nordmann>"))
    yield "show link, the customer's name known", link_reply(known, link(), URL, NOW, LOOK)
    yield "show link, expired", link_reply(story(), link(), URL, NOW + timedelta(days=8), LOOK)
    yield "show link, none", link_reply(story(LOST), LOST, None, NOW, LOOK)
    yield from delivery_replies()
    yield "usage", usage()
    yield "usage, for words", usage("Tow <bar> & more")
    yield "pattern, none", pattern_reply(None)
    yield "pattern, shown", pattern_reply(COMING)
    yield "pattern, set", pattern_set(COMING)
    yield "pattern, off", pattern_off()
    yield "sorry", sorry("Only <@U0KARI>, who issued this link, can do that.", "forbidden")
    yield "sorry, without a code", sorry("Nothing has changed since the last look.", "")
    yield "said about a link", said(named("4711", "Nothing new: the card shows what Dintero says right now."))
    yield "sorry about a link", sorry(named("4711", "Guests cannot move money."), "forbidden")
    yield "no saved items", item_list([], 0, LOOK, removable=True)
    yield (
        "saved items",
        item_list([ITEM, replace(ITEM, id="e" * 32, name="<Fee> & *more*", vat=1250)], 25, LOOK, removable=True),
    )
    yield "saved items, for those who may not remove them", item_list([ITEM], 1, LOOK, removable=False)
    yield "moved", moved("https://shop.slack.com/archives/C0SALES/p1")
    yield "moved, nobody knows where", moved(None)


def cards(of):
    for name, drawn in CARDS[of]():
        yield name, card(drawn, NOW, SANDBOX if "sandbox" in name else LOOK)
    if of == "open":
        yield "sandbox", card(story(link(known=facts(delivered=Delivered.SIMULATED))), NOW, SANDBOX)


def lines():
    for name, drawn, happened in tellings():
        yield name, line(drawn, happened, NOW, LOOK, with_buttons=True, picture=PICTURE)
