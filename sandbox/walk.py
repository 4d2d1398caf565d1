"""One link's whole life, shown as the people in it see it: from /paylink to refunded."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from sandbox.slack import View
from sandbox.world import World

_PATIENCE: Final = 60.0
_REFERENCE: Final = "4711"


class Walk:
    """Presses, pays and prints. Every step waits until the person would see its effect."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.kari = next(one for one in world.slack.people.values() if one.name == "kari")
        self.sales = world.slack.channel("sales")
        self._lines_shown = 0

    async def walk(self) -> None:
        """Issue, open, pay, capture, refund."""
        await self._issue()
        session = self.world.dintero.session_by_reference(_REFERENCE)
        self._say("The customer opens the link.")
        self.world.dintero.open(session["id"])
        await self._until_the_card_says("Opened")
        self._say("The customer pays with Vipps; Dintero calls the bot back.")
        self.world.dintero.pay(session["id"], method="vipps")
        await self._until_the_card_says("Reserved")
        self._say("Kari presses Capture.")
        await self._press("Capture")
        await self._until_the_card_says("Paid")
        self._say("Kari presses Refund… and gives a reason.")
        await self._press("Refund…")
        form = await self._form("Refund")
        await self.world.slack.fill(form, {"Reason": "Wrong size"})
        self._show(form.read())
        await self.world.slack.submit(self.kari, form)
        await self._until_the_card_says("Refunded")
        self._check()

    async def _issue(self) -> None:
        self._say("Kari types /paylink 249,50 91234567 Tow bar #4711 7d in #sales.")
        await self.world.slack.command(self.kari, self.sales, "/paylink", "249,50 91234567 Tow bar #4711 7d")
        form = await self._form("New payment link")
        self._show(form.read())
        self._say("She presses Send.")
        await self.world.slack.submit(self.kari, form)
        await self._until(lambda: "Ready to share" in form.read() or "Sent" in form.read(), "the form shows the link")
        self._show(form.read())
        await self._until_the_card_says("Ready to share")

    async def _press(self, button: str) -> None:
        await self.world.slack.click(self.kari, self.sales.messages[-1], button)

    async def _form(self, title: str) -> View:
        def opened() -> View | None:
            views = self.world.slack.modals(self.kari)
            return views[-1] if views and title in views[-1].read() else None

        await self._until(lambda: opened() is not None, f"the form {title} opens")
        return self.world.slack.modals(self.kari)[-1]

    async def _until_the_card_says(self, words: str) -> None:
        await self._until(lambda: any(words in card.read() for card in self.sales.messages), f"the card says {words}")
        await asyncio.sleep(1.5)  # the thread's line follows within Slack's one post a second
        card = self.sales.messages[-1]
        self._show(card.read())
        lines = self.sales.thread(card.ts)
        for line in lines[self._lines_shown :]:
            self._show(line.read(), margin="    ↳ ")
        self._lines_shown = len(lines)

    async def _until(self, true: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not true():
            if time.monotonic() > deadline:
                raise RuntimeError(f"Waited {_PATIENCE:g} seconds, and still not: {what}.")
            await asyncio.sleep(0.05)

    def _check(self) -> None:
        """The walk is a test too: what Slack refused, or money that is not back, fails it."""
        session = self.world.dintero.session_by_reference(_REFERENCE)
        status = self.world.dintero.transaction(session["transaction_id"])["status"]
        problems = list(self.world.slack.complaints)
        if status != "REFUNDED":
            problems.append(f"Dintero says {status}")
        if problems:
            raise RuntimeError("; ".join(problems))
        self._say("Refunded. That was the whole path.")

    def _say(self, words: str) -> None:
        print(f"\n▸ {words}", flush=True)

    def _show(self, text: str, margin: str = "    ") -> None:
        rest = " " * len(margin)
        lines = text.rstrip().splitlines()
        print("\n".join(f"{margin if n == 0 else rest}{line}" for n, line in enumerate(lines)), flush=True)
