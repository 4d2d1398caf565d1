"""Every way in which Dintero may answer a write, or not, and the readings of it that each is tried under."""

from dataclasses import dataclass, replace

from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from tests.databases import KINDS

SLOW = 0.25
"""Real seconds by which an answer is late; a bot in a hurry waits for 0.1."""


@dataclass(frozen=True)
class Outcome:
    """One fate of the first request: what it suffers, and what comes of it later."""

    name: str
    faults: tuple[Fault, ...]
    later: str = ""
    """Of what was accepted: `success`, `failure` or `nothing`; empty where nothing was."""

    @property
    def slow(self):
        """Whether the answer comes after the bot's patience."""
        return any(fault.wait for fault in self.faults)


_ANSWERS = (
    Outcome("a time-out, and it is never done", (Fault(wait=SLOW, drop=True),)),
    Outcome("a time-out, and it is done afterwards", (Fault.delay(SLOW),)),
    Outcome("a time-out after the work", (Fault.delay(SLOW, after=True),)),
    *(Outcome(f"{code}, not done", (Fault.status(code),)) for code in (408, 409, 500, 503)),
    *(Outcome(f"{code}, done", (Fault.status(code, after=True),)) for code in (408, 409, 500, 503)),
    Outcome("400", (Fault.status(400),)),
    *(Outcome(f"a page with {code}, done", (Fault.page_instead(code, after=True),)) for code in (200, 401, 403, 404)),
    Outcome("a page with 403, not done", (Fault.page_instead(403),)),
    Outcome("a short 429", (Fault.rate_limited(2),)),
    Outcome("a long 429", (Fault.rate_limited(60),)),
    Outcome("a reset before the work", (Fault.drop_before(),)),
    Outcome("a reset after the work", (Fault.drop_after(),)),
    Outcome("a reset in the body", (Fault.cut(),)),
    Outcome("an unreadable 200", (Fault.garbage(),)),
    Outcome("a 200 without what is needed", (Fault.missing(),)),
    Outcome("401 once", (Fault.status(401),)),
    Outcome("401 for good", (Fault.status(401),) * 2),
    Outcome("401, then a reset after the work", (Fault.status(401), Fault.drop_after())),
)
_IDLE = Outcome("200, and nothing was done", (Fault.idle(),))
_FAILED = (
    Outcome("202, then failure", (Fault.accepted(),), "failure"),
    Outcome("200 whose events say failed", (Fault.declined(),)),
    Outcome("no answer, and the events say failed", (Fault(drop=True, after=True, spoil="declined"),)),
    Outcome("no answer to a 202, then failure", (Fault.accepted_unanswered(),), "failure"),
    Outcome("200 with INITIATE only, then failure", (Fault.initiated(),), "failure"),
)
_PROMISED = (
    _IDLE,
    Outcome("202, then success", (Fault.accepted(),), "success"),
    Outcome("202, then nothing for a day", (Fault.accepted(),), "nothing"),
    Outcome("no answer to a 202, then success", (Fault.accepted_unanswered(),), "success"),
    Outcome("no answer to a 202, then nothing for a day", (Fault.accepted_unanswered(),), "nothing"),
    Outcome("200 with INITIATE only, then success", (Fault.initiated(),), "success"),
    Outcome("200 with INITIATE only, then nothing for a day", (Fault.initiated(),), "nothing"),
    *_FAILED,
)

_MATTERS = {
    "failed_events_carry_reference": _FAILED,
    "initiate_events_carry_reference": tuple(outcome for outcome in _PROMISED if outcome.later),
    "accepted_body": tuple(outcome for outcome in _PROMISED if outcome.later),
    "accepted_is_logged": tuple(outcome for outcome in _PROMISED if outcome.later),
}
"""The outcomes in which a switch has a say, where it is not all of them."""

_CAN_TURN = (
    ("failed_events_carry_reference", True, {"captures", "part captures", "refunds", "part refunds", "releases"}),
    ("initiate_events_carry_reference", True, {"captures", "part captures", "refunds", "part refunds"}),
    ("accepted_body", "empty", {"captures", "part captures", "refunds", "part refunds", "releases"}),
    ("accepted_is_logged", False, {"captures", "part captures", "refunds", "part refunds", "releases"}),
    ("log_entries", "twice", {"part captures", "part refunds"}),
    ("retries_resigned", True, {"creates", "captures"}),
    ("cancel_calls_back", False, {"cancels"}),
    ("get_after_expiry", 200, {"creates", "cancels"}),
    ("session_search", True, {"creates"}),
    ("list_order", "newest", {"creates"}),
    ("void_rest", "CAPTURED", {"releases of a rest"}),
)
"""A switch away from its default, and the intents in which it has a say."""


@dataclass(frozen=True)
class Case:
    """One attempt: an outcome, what Dintero is like, and what the person does about it."""

    outcome: Outcome
    turned: str
    switches: Switches
    person: str
    """`tries` what is offered again, `checks` first and asks anew, or `waits` for time to answer."""

    def __str__(self):
        return ", ".join(part for part in (self.outcome.name, self.turned, f"who {self.person}") if part)


def cases(intent, kind):
    """Everything that is tried with an intent on one kind of database, in a fixed order.

    With every switch at its default each outcome meets both kinds; what a turned switch changes is no matter of the
    database, so those are shared between the two.
    """
    outcomes = _ANSWERS + (_PROMISED if intent.moves_money else (_IDLE,) if intent.kind == "cancel" else ())
    made = [("", Switches(), outcome) for outcome in outcomes]
    shared = []
    for name, value, intents in _CAN_TURN:
        if intent.name in intents:
            some = _MATTERS.get(name, outcomes)
            shared += [(f"{name} {value}", replace(Switches(), **{name: value}), outcome) for outcome in some]
    made += shared[KINDS.index(kind) :: len(KINDS)]
    people = ("tries", "checks") if intent.moves_money else ("tries", "checks", "waits")
    return [
        Case(outcome, turned, switches, people[at % len(people)]) for at, (turned, switches, outcome) in enumerate(made)
    ]
