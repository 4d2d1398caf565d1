"""What people asked for, kept apart from the bot, and what of the promises holds at every moment.

Dintero's own state is the truth about money. Whatever the bot made it do must have been asked for by somebody who may,
for this very amount, while this very amount was open; and once.
"""

import contextlib
import re
from dataclasses import dataclass, field

from tests.prove.lives.witness import APOLOGY, BROKEN, MONEY, UNPARDONABLE, digits

ITEMS = ("Unknown line_id", "More than the line is worth", "Items do not add up")


@dataclass(eq=False)
class Intent:
    """Somebody wanted this: for `amount`, when `seen` was open. Several `kinds` where the state decides."""

    kinds: frozenset[str]
    link: str | None
    amount: int
    seen: int = 0


@dataclass
class Books:
    """Intents on one side, effects on the other; `lost`, `doubled` and `let_in` are what does not add up."""

    witness: object
    secrets: tuple[str, ...]
    open: list[Intent] = field(default_factory=list)
    used: list[Intent] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    let_in: list[str] = field(default_factory=list)
    _references: set[str] = field(default_factory=set)

    @property
    def holds(self):
        return not (self.lost or self.doubled or self.let_in)

    def wants(self, *kinds, link=None, amount=0, seen=0):
        """Note what somebody who may wants."""
        intent = Intent(frozenset(kinds), link, amount, seen)
        self.open.append(intent)
        return intent

    def forgets(self, intent):
        """The bot refused it: nothing may come of it any more."""
        with contextlib.suppress(ValueError):
            self.open.remove(intent)

    # -- what must hold always

    def close_day(self):
        """Compare what Dintero did since the last time with what was wanted."""
        for effect in self.witness.news("effects", self.witness.effects):
            self._at_most_once(effect.reference)
            self._was_wanted(effect.kind, effect.link, effect.amount, effect.seen)
        for session in self.witness.news("sessions", self.witness.sessions):
            order = session["order"]
            self._at_most_once(order["merchant_reference"])
            asked = self.witness.asked[session["id"]]
            self._was_wanted("CREATE", None, asked, 0)
            if sum(item["amount"] for item in order["items"]) != asked:
                self.lost.append(f"the lines of {order['merchant_reference']} do not add up")
        for exchange in self.witness.news("exchanges", self.witness.shop.dintero.log):
            if any(sentence in str(exchange.answer) for sentence in ITEMS):
                self.lost.append(f"a {exchange.kind} whose lines are wrong: {exchange.answer}")

    def _at_most_once(self, reference):
        if reference in self._references:
            self.doubled.append(f"{reference} at Dintero twice")
        if reference is not None:
            self._references.add(reference)

    def _was_wanted(self, kind, link, amount, seen):
        def fits(intent):
            about = kind in intent.kinds and intent.link == link and intent.amount == amount
            return about and (kind not in MONEY or intent.seen == seen)

        wanted = next(filter(fits, self.open), None)
        if wanted is not None:
            self.open.remove(wanted)
            self.used.append(wanted)
            return
        what = f"{kind} of {amount} on {link or 'a new link'} while {seen} was open"
        (self.doubled if any(map(fits, self.used)) else self.let_in).append(f"{what}: nobody asked for it")

    def read_everything(self, journal):
        """Look over everybody's shoulder."""
        witness = self.witness
        for said in witness.whispered("apologies"):
            if APOLOGY in said:
                self.lost.append(f"an apology: {said}")
        for view in witness.shop.slack.views.values():
            if not view.closed and APOLOGY in str(view.content["blocks"]):
                self.lost.append("an apology in a form")
        for complaint in witness.news("complaints", witness.shop.slack.complaints):
            if any(word in complaint for word in UNPARDONABLE) and "invalid_auth" not in complaint:
                self.lost.append(f"Slack: {complaint}")
        self._is_private("Slack", [str(message) for message in witness.posted()])
        text = witness.logged(journal)
        self._is_private("the journal", [text])
        records = re.split(r"\n(?=\d{4}-\d\d-\d\dT)", text)
        self.lost += [record[-1500:] for record in records if any(word in record for word in BROKEN)]

    def _is_private(self, where, texts):
        for text in map(digits, texts):
            for secret in self.secrets:
                if secret in text:
                    self.let_in.append(f"{secret} in {where}")

    async def compare(self):
        """No amount of ours is beyond what happened at Dintero, and each is right unless something came after the look.

        What was read before a change and kept after it may lag; it never runs ahead.
        """
        for seen in await self.witness.links():
            truth = seen.truth
            captured, refunded, _ = seen.held
            if truth is None:
                ahead = bool(captured or refunded)
            else:
                ahead = captured > truth.captured or refunded > truth.refunded
            if ahead:
                self.lost.append(f"{seen.row.merchant_reference} is held to have moved money that never moved")
