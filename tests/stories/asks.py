"""The four things a person may ask of Dintero for a link that exists, for stories that hold for all of them."""

from dataclasses import dataclass

import pytest

from tests.stories.till import (
    a_paid_link,
    a_reserved_link,
    card,
    done,
    opens,
    operations,
    refunds,
    releases,
    ticks,
    whispers,
)

OPEN = ("Show link", "Send again…", "Cancel link", "Change order…", "Extend…", "Refresh")
RESERVED = ("Capture", "Release", "Capture part…", "Refresh")


@dataclass(frozen=True)
class Ask:
    """One of them: how it is pressed, what it is called, and how the card looks before and after."""

    kind: str
    button: str
    noun: str
    afterwards: str
    usual: tuple[str, ...]
    reference: str

    async def ready(self, shop):
        """A link on which it can be asked."""
        await _READY[self.kind](shop)

    async def press(self, shop):
        """Ask, and let the bot do it."""
        whole = {"refund": refunds, "void": releases}.get(self.kind)
        await (whole(shop) if whole else shop.presses(self.button))

    async def press_only(self, shop):
        """Ask, and stop before the bot has worked."""
        if self.kind not in {"refund", "void"}:
            await shop.presses_only(self.button)
            return
        form = await opens(shop, self.button)
        await (ticks(shop, form) if self.kind == "void" else shop.slack.fill(form, {"Reason": "Wrong size"}))
        await shop.slack.submit(shop.kari, form)

    def happened(self, shop):
        """How often Dintero did it."""
        if self.kind == "cancel":
            return len([event for event in shop.session()["events"] if event["name"] == "CANCELLED"])
        return len(done(shop, self.kind.upper()))


async def _issued(shop):
    await shop.issues()


_READY = {"capture": a_reserved_link, "refund": a_paid_link, "void": a_reserved_link, "cancel": _issued}

ASKS = [
    Ask("capture", "Capture", "the capture of 249,50 kr", "Paid", RESERVED, "C"),
    Ask("refund", "Refund…", "the refund of 249,50 kr", "Refunded", ("Refund…", "Refresh"), "R"),
    Ask("void", "Release", "the release of 249,50 kr", "Reservation released", RESERVED, "V"),
    Ask(
        "cancel",
        "Cancel link",
        "the cancellation",
        "Cancelled",
        OPEN,
        "X",
    ),
]

every_ask = pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.kind)


async def assert_done_once(shop, ask, requests=1):
    """Dintero heard of it `requests` times and did it once; the card says so, and nobody was bothered."""
    assert len(shop.writes(ask.kind)) == requests
    assert ask.happened(shop) == 1
    assert [one.state for one in await operations(shop)][-1] == "done"
    assert ask.afterwards in card(shop).splitlines()[0]
    assert whispers(shop) == []
