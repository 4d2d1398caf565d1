"""Slack's door: how long a person's screen waits for `/paylink` and *Send*."""

import tempfile
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import door_alone
from benchmarks.baselines import bolt
from benchmarks.figures import Bar, quantile
from benchmarks.houses import house
from benchmarks.load import Volley, volley
from benchmarks.quick_slack import QuickSlack
from benchmarks.stage import SECRET, TOKEN, Hands, beside, paylink, settings, until
from bot.domain.drafts import Draft, DraftLine
from bot.slack.views.blocks import Look
from bot.slack.views.issue_form import FormMetadata, issue_form
from tests.serving import serving

_BOLT = "bare Bolt that opens the same form"
_CONNECTIONS = 4
_TYPED = "249,50 91234567 Tow bar 7d"


async def doors(*, quick: bool) -> Sequence[Bar]:
    """Ours and bare Bolt in turn, the same requests over the same connections."""
    rounds, shots = (3, 100) if quick else (8, 300)
    slack, hands = QuickSlack(), Hands()
    async with house("sqlite") as ours, house("sqlite") as theirs, serving(slack) as address:
        with beside(door_alone.serve, settings(ours.url, address)) as port:
            form = _Form(hands)
            await volley([port], [await form.send()], 1)
            rows = await ours.rows()  # what one *Send* keeps
            rows["orders"][0]["workspace_id"] = theirs.workspace_id
            api = (f"{address}/api/", TOKEN, SECRET, theirs.url, rows)
            with beside(bolt.serve, *api) as bare:
                found = await _commands(slack, hands, port, bare, rounds, shots)
                return [*found, await _submits(form, port, bare, rounds, shots)]


async def _commands(slack: QuickSlack, hands: Hands, port: int, bare: int, rounds: int, shots: int) -> Sequence[Bar]:
    acked = Bar(what="`/paylink` → ack, rate", against=_BOLT, unit="/s", at_least=0.8)
    waited = Bar(what="`/paylink` → ack, p99", against=_BOLT, unit="ms", at_most=1.5)
    opened = Bar(what="`/paylink` → `views.open` arrives, rate", against=_BOLT, unit="/s", at_least=0.8)
    arrived = Bar(what="`/paylink` → `views.open` arrives, p99", against=_BOLT, unit="ms", at_most=1.5)
    for number in range(rounds + 1):
        both = [await _typed(slack, hands, each, shots, opened) for each in (port, bare)]
        if number == 0:
            continue  # it warmed both up
        acked.add(*(shot.rate for shot, _ in both))
        waited.add(*(quantile(shot.waits, 0.99) * 1000 for shot, _ in both))
        opened.add(*(shots / (max(came) - min(shot.sent)) for shot, came in both))
        late = [[at - sent for at, sent in zip(came, shot.sent, strict=True)] for shot, came in both]
        arrived.add(*(quantile(each, 0.99) * 1000 for each in late))
    acked.limit = opened.limit = (
        "bare Bolt opens a form that was drawn once and reads nothing; ours tries how the line splits into amount and "
        "number, draws the form from it, checks the payload's shape and logs a line"
    )
    waited.limit = "the forms that are drawn and opened after each ack take turns with the acks on one thread"
    arrived.limit = "a form is drawn after its ack, and waits for the acks and the drawings that came before it"
    return [acked, waited, opened, arrived]


async def _typed(slack: QuickSlack, hands: Hands, port: int, shots: int, bar: Bar) -> tuple[Volley, Sequence[float]]:
    commands = [await hands.command(_TYPED) for _ in range(shots)]
    shot = await volley([port], [request for request, _ in commands], _CONNECTIONS)
    if not await until(lambda: all(trigger in slack.opened for _, trigger in commands)):
        bar.wrong.append("a form was never opened")
    return shot, [slack.opened.get(trigger, max(shot.answered) + 60) for _, trigger in commands]


class _Form:
    """The form as Kari fills it in, anew for each *Send*."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        line = DraftLine(line_id="1", text="Tow bar", price="249,50")
        draft = Draft(id="d", channel=hands.sales.id, phone="91234567", lines=(line,))
        self._drawn = issue_form(draft, currency="NOK", look=Look(sandbox=True), now=datetime.now(UTC))
        self._view = hands.shown(self._drawn)

    async def send(self) -> bytes:
        """A submission that makes a new order."""
        metadata = FormMetadata(draft_id=uuid.uuid4().hex, channel=self._hands.sales.id).encode()
        self._view.content["private_metadata"] = metadata
        return await self._hands.submit(self._view)


async def _submits(form: _Form, port: int, bare: int, rounds: int, shots: int) -> Bar:
    bar = Bar(
        what="*Send* → ack, one durable transaction, rate",
        against="bare Bolt + one Core transaction of the same rows",
        unit="/s",
        at_least=0.7,
    )
    bar.limit = (
        "five inserts there; here the form is read and checked, and the draft, the numbering, the reference and an "
        "open link like it are asked for"
    )
    for number in range(rounds + 1):
        sent = [[await form.send() for _ in range(shots)] for _ in range(2)]
        both = [
            (await volley([each], these, _CONNECTIONS)).rate for each, these in zip((port, bare), sent, strict=True)
        ]
        if number:
            bar.add(*both)
    return bar


async def outage(*, quick: bool) -> Sequence[Bar]:
    """The ack while Slack takes two seconds for each call and nobody answers at Dintero's."""
    rounds, shots, per_second = (2, 60, 20) if quick else (3, 80, 20)
    bar = Bar(
        what="`/paylink` → ack, p99, while Slack takes 2 s and Dintero is down",
        against="the same in health",
        unit="ms",
        at_most=1.5,
    )
    slack, hands = QuickSlack(), Hands()
    with tempfile.TemporaryDirectory(prefix="paylink-bench-") as folder:
        async with house("sqlite") as ours, serving(slack) as address:
            await ours.copies(500)
            async with paylink(settings(ours.url, address), Path(folder)) as bot:
                form = _Form(hands)
                for number in range(rounds + 1):
                    waits = []
                    for slow in (True, False):
                        slack.seconds = 2.0 if slow else 0.0
                        if slow:  # links to create, and links to look at, where nobody answers
                            await volley([bot.port], [await form.send() for _ in range(5)], 1)
                        requests = [(await hands.command(_TYPED))[0] for _ in range(shots)]
                        waits.append(quantile((await volley([bot.port], requests, 4, per_second)).waits, 0.99) * 1000)
                    if number:
                        bar.add(*waits)
    return [bar]
