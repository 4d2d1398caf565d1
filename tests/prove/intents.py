"""What a person may want of Dintero, for proofs that hold for all of it: how it is asked, and how often it happened."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.stories.doubting import GOOD
from tests.stories.till import a_paid_link, a_reserved_link, captures_part, done, lines, refunds, releases

AMOUNT = {"How_much": "An amount"}


@dataclass(frozen=True, kw_only=True)
class Intent:
    """One wish of Kari's about one order, 4711."""

    name: str
    kind: str
    """What Dintero calls the request."""
    worth: int
    """What Dintero has done once it has done it, in minor units; where no money moves, how many times."""
    ready: Callable[[Any], Awaitable[Any]]
    """Brings the order to where it can be asked."""
    press: Callable[[Any], Awaitable[Any]]
    button: str = ""
    """What stands on the card while it has not been done; empty where other buttons ask again."""

    @property
    def moves_money(self):
        """Whether it is about a payment, and not about a link that is unpaid."""
        return self.kind in {"capture", "refund", "void"}

    def happened(self, shop):
        """What Dintero has done of it."""
        if self.kind == "create":
            return len(shop.dintero.sessions)
        if self.kind == "cancel":
            return sum(event["name"] == "CANCELLED" for event in shop.session()["events"])
        return sum(done(shop, self.kind.upper()))

    def told_as_done(self, shop):
        """What the thread says of it as done."""
        if self.kind == "create":
            return int("Ready to share" in shop.card.read())
        emoji, word = _TOLD[self.kind]
        return self.worth * sum(line.startswith(emoji) and word in line.splitlines()[0] for line in lines(shop))


_TOLD = {
    "capture": ("✅", "captured"),
    "refund": ("↩️", "refunded"),
    "void": ("↩️", "released"),
    "cancel": ("🚫", "cancelled"),
}


async def _nothing(_shop):
    pass


async def _partly_taken(shop):
    await a_reserved_link(shop)
    await captures_part(shop, **AMOUNT, **{"Amount_(NOK)": "100"})


INTENTS = {
    one.name: one
    for one in (
        Intent(name="creates", kind="create", worth=1, ready=_nothing, press=lambda shop: shop.issues(GOOD)),
        Intent(
            name="captures",
            kind="capture",
            worth=249_50,
            ready=a_reserved_link,
            press=lambda shop: shop.presses("Capture"),
            button="Capture",
        ),
        Intent(
            name="part captures",
            kind="capture",
            worth=100_00,
            ready=a_reserved_link,
            press=lambda shop: captures_part(shop, **AMOUNT, **{"Amount_(NOK)": "100"}),
            button="Capture part…",
        ),
        Intent(name="refunds", kind="refund", worth=249_50, ready=a_paid_link, press=refunds, button="Refund…"),
        Intent(
            name="part refunds",
            kind="refund",
            worth=50_00,
            ready=a_paid_link,
            press=lambda shop: refunds(shop, **AMOUNT, **{"Amount_(NOK)": "50"}),
            button="Refund…",
        ),
        Intent(name="releases", kind="void", worth=249_50, ready=a_reserved_link, press=releases, button="Release"),
        Intent(
            name="releases of a rest",
            kind="void",
            worth=149_50,
            ready=_partly_taken,
            press=lambda shop: releases(shop, "Release the rest"),
            button="Release the rest",
        ),
        Intent(
            name="cancels",
            kind="cancel",
            worth=1,
            ready=lambda shop: shop.issues(GOOD),
            press=lambda shop: shop.presses("Cancel link"),
            button="Cancel link",
        ),
    )
}
