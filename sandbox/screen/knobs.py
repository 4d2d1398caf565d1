"""The hands that let time pass and make trouble at Dintero and Slack, and what waits of that trouble."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

from starlette.datastructures import FormData

from sandbox.dintero import Dintero
from sandbox.dintero import Fault as DinteroFault
from sandbox.dintero.faults import Callbacks, Kind
from sandbox.screen import backoffice
from sandbox.screen.viewer import Viewer
from sandbox.slack import Fault as SlackFault
from sandbox.slack import NotOfferedError, Workspace
from sandbox.world import World

Value = TypeVar("Value")

STEPS = {
    "+1 min": timedelta(minutes=1),
    "+15 min": timedelta(minutes=15),
    "+1 hour": timedelta(hours=1),
    "+1 day": timedelta(days=1),
    "+1 week": timedelta(weeks=1),
}
MARGIN = timedelta(minutes=1)
"""How far past a deadline the clock is put."""

LATE = 30.0
CALLBACKS = {
    "off": ("Off", "Dintero tells the bot nothing."),
    "doubled": ("Twice", "Each comes two times."),
    "late": ("Late", f"Each comes {LATE:g} seconds of the clock above after the event."),
    "wrong_signature": ("Forged", "Each is signed with a wrong secret."),
}
"""What can go wrong with callbacks, by its name among Dintero's faults."""

CALLS: dict[str, Kind] = {
    "any": "any",
    "create": "create",
    "capture": "capture",
    "refund": "refund",
    "void": "void",
    "cancel": "cancel",
    "read a transaction": "transaction",
    "read a session": "session",
    "list transactions": "list",
    "token": "token",
}
OPERATIONS = {"capture", "refund", "void"}
DINTERO = {
    "answers slowly: 3 s": DinteroFault.delay(3),
    "answers 503, nothing done": DinteroFault.status(503),
    "answers 500 although it was done": DinteroFault.status(500, after=True),
    "breaks off before the work": DinteroFault.drop_before(),
    "breaks off after the work": DinteroFault.drop_after(),
    "breaks off in the middle of the answer": DinteroFault.cut(),
    "times out before the work (35 s)": DinteroFault(wait=35, drop=True),
    "times out after the work (35 s)": DinteroFault(wait=35, drop=True, after=True),
    "answers 429 (Retry-After 5 s)": DinteroFault.rate_limited(5),
    "is accepted and done later (202)": DinteroFault.accepted(),
    "is declined by the provider": DinteroFault.declined(),
}
LATER = {DinteroFault.accepted(), DinteroFault.declined()}
"""What only a capture, a refund or a void can meet."""

TIMES = {"1 call": 1, "5 calls": 5}
SLACK = {
    "answers 429 (Retry-After 5 s)": SlackFault.ratelimited(5),
    "answers slowly: 2 s": SlackFault.delay(2),
    "answers 503, nothing done": SlackFault.status(503),
    "answers 500 although it was done": SlackFault.status_after(500),
}


def waiting_at_dintero(dintero: Dintero) -> list[str]:
    """The trouble that waits for its request, in words, the next one first."""
    calls = {kind: words for words, kind in CALLS.items()}
    return [f"{calls.get(kind, kind)}: {_words(DINTERO, fault)}" for kind, fault in dintero.faults.queue]


def waiting_at_slack(slack: Workspace) -> list[str]:
    """The trouble that waits for its call, in words, and how often it does."""
    waiting = Counter((method, fault) for method, faults in slack.faults.waiting.items() for fault in faults)
    return [
        f"{count} × {'any' if method == '*' else method}: {_words(SLACK, fault)}"
        for (method, fault), count in waiting.items()
    ]


def ahead(world: World) -> str:
    """How far the clock is ahead of this computer's, in words; nothing when it is not."""
    minutes = round(world.clock.offset.total_seconds() / 60)
    days, hours = divmod(minutes // 60, 24)
    parts = {"day": days, "hour": hours, "minute": minutes % 60}
    return " ".join(f"{count} {unit}{'s' if count > 1 else ''}" for unit, count in parts.items() if count)


async def jump(world: World, _viewer: Viewer, form: FormData) -> None:
    """Let some time pass at once; it only goes forwards."""
    world.clock.jump(_chosen(STEPS, form, "by"))


async def to_deadline(world: World, _viewer: Viewer, _form: FormData) -> None:
    """Let time pass until the next link that nobody has paid is over."""
    at = backoffice.next_deadline(world.dintero)
    if at is None:
        raise NotOfferedError("No link is waiting for its customer.")
    world.clock.jump(at + MARGIN - world.clock.now())


async def callbacks(world: World, _viewer: Viewer, form: FormData) -> None:
    """Set all that goes wrong with callbacks from now on."""
    world.dintero.faults.callbacks = Callbacks(
        off="off" in form,
        doubled="doubled" in form,
        late=LATE if "late" in form else 0.0,
        wrong_signature="wrong_signature" in form,
    )


async def dintero_fault(world: World, _viewer: Viewer, form: FormData) -> None:
    """Let one trouble wait for the next request of a kind."""
    kind, fault = _chosen(CALLS, form, "call"), _chosen(DINTERO, form, "trouble")
    if fault in LATER and kind not in OPERATIONS:
        raise NotOfferedError("Only a capture, a refund or a void is accepted for later, or declined. Choose one.")
    world.dintero.faults.add(kind, fault)


async def dintero_clear(world: World, _viewer: Viewer, _form: FormData) -> None:
    """Forget the trouble that still waits."""
    world.dintero.faults.queue.clear()


async def dintero_down(world: World, _viewer: Viewer, form: FormData) -> None:
    """Let Dintero answer every request 503, or work again."""
    world.dintero.faults.down = "down" in form


async def slack_fault(world: World, _viewer: Viewer, form: FormData) -> None:
    """Let one trouble wait for each of the next calls."""
    world.slack.faults.add("*", *[_chosen(SLACK, form, "trouble")] * _chosen(TIMES, form, "times"))


async def slack_clear(world: World, _viewer: Viewer, _form: FormData) -> None:
    """Forget the trouble that still waits."""
    world.slack.faults.waiting.clear()


async def slack_down(world: World, _viewer: Viewer, form: FormData) -> None:
    """Let Slack answer every call 503, or work again."""
    world.slack.faults.down = "down" in form


HANDS = {
    hand.__name__: hand
    for hand in (
        jump, to_deadline, callbacks, dintero_fault, dintero_clear, dintero_down, slack_fault, slack_clear, slack_down,
    )
}  # fmt: skip


def _chosen(options: Mapping[str, Value], form: FormData, name: str) -> Value:
    chosen = str(form.get(name, ""))
    if chosen not in options:
        raise NotOfferedError(f"“{chosen}” is not among the choices here.")
    return options[chosen]


def _words(words: Mapping[str, object], fault: object) -> str:
    return next((said for said, one in words.items() if one == fault), repr(fault))
