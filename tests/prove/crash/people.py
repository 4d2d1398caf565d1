"""Kari who sells and her customer. They see only what is on their screens, and do what it asks of them."""

import asyncio
import contextlib
from collections import Counter

from sandbox.slack.model import NotOfferedError
from tests.prove.crash.world import TICK

ONE_LINER = "249,50 91234567 Tow bar #4711 7d"


class People:
    """The hands around one world; `retyped` counts what somebody had to type a second time."""

    def __init__(self, world):
        self.world = world
        self.retyped = 0
        self._sent = False

    @property
    def kari(self):
        return self.world.slack.people["U1"]

    @property
    def sales(self):
        return self.world.slack.channel("sales")

    @property
    def card(self):
        """The newest message in the channel, or None."""
        return next(reversed(self.sales.messages), None)

    def reads(self):
        """What the card says, with ordinary spaces in its amounts."""
        return self.card.read().replace("\N{NO-BREAK SPACE}", " ") if self.card else ""

    def offers(self, button):
        return self.card is not None and button in self.card.buttons

    @property
    def form(self):
        """The form on the screen that can still be sent, or None."""
        views = self.world.slack.modals(self.kari)
        return views[-1] if views and "submit" in views[-1].content else None

    # -- what Kari does

    async def types(self, text=ONE_LINER):
        """`/paylink …`."""
        await self.world.slack.command(self.kari, self.sales, "/paylink", text)
        await self.world.quiet()

    async def presses(self, button):
        """A button on the card."""
        await self.world.slack.click(self.kari, self.card, button)
        await self.world.quiet()

    async def sends(self, opens, **typed):
        """Fill a form and send it: the one that is on the screen, else the one that `opens` brings."""
        if self.form is None:
            self.retyped += self._sent
            for view in self.world.slack.modals(self.kari):
                await self.world.slack.close(view)
            await opens()
            await self._sees(lambda: self.form is not None)
        if "Delivery" in typed and self.form is not None and "More…" in self.form.buttons:
            await self.world.slack.click(self.kari, self.form, "More…")
        for label, value in typed.items():
            if not await self._sees(lambda label=label: self._has(label)):
                return
            if self._reads(label) != value:
                await self.world.slack.fill(self.form, {label.replace("_", " "): value})
                await self.world.quiet()
        if self.form is not None:
            self._sent = True
            await self.world.slack.submit(self.kari, self.form)

    async def _sees(self, shown):
        """Wait for the screen to show it, as long as anybody is there to draw; returns whether it does."""
        for _ in range(250):
            if shown() or not self.world.alive:
                break
            await asyncio.sleep(TICK)
        return shown() and self.world.alive

    def _has(self, label):
        if self.form is None:
            return False
        with contextlib.suppress(NotOfferedError):
            return self.form.field(label.replace("_", " ")) is not None
        return False

    def _reads(self, label):
        return self.form.field(label.replace("_", " ")).read()

    async def ticks(self, button):
        """A form with a box that asks once more."""
        if self.form is None:
            await self.presses(button)
            await self._sees(lambda: self.form is not None)
        if self.form is not None:
            [box] = self.form.content["blocks"][-1]["element"]["options"]
            await self.world.slack.fill(self.form, {"sure": [box["text"]["text"]]})
            await self.world.slack.submit(self.kari, self.form)

    async def answers(self):
        """Answer what the card asks; False when it asks nothing."""
        if self.offers("Try again"):
            await self.presses("Try again")
        elif self.offers("It arrived") or self.offers("Send again"):
            await self.presses("It arrived" if self.offers("It arrived") and self.got_message() else "Send again")
        elif self.offers("Check again"):
            await self.world.later(minutes=10, seconds=1)
        else:
            return False
        await self.world.settle()
        return True

    async def presses_on_the_copy(self):
        """A card that was repeated has a twin: whoever presses that is led to the one that is kept."""
        copy = self.sales.messages[0]
        element = next(one for one in ("Refresh", "Show link") if one in copy.buttons)
        await self.world.slack.click(self.kari, copy, element)
        await self.world.settle()
        return "This card has moved" in copy.read() and copy.buttons == []

    # -- the customer

    def got_message(self):
        """Whether the newest link's message arrived; that of a link which has ended is an older one's."""
        dintero = self.world.dintero
        if not dintero.inbox:
            return False
        newest = self.session()
        return dintero.inbox[-1].url == dintero.url_of(newest) and dintero.cause(newest) is None

    def session(self):
        """The newest one at Dintero."""
        return list(self.world.dintero.sessions.values())[-1]

    def session_is_known(self):
        """Whether the card can show the link; one that merely arrived shows itself only when it is paid."""
        return "it cannot be shown" not in self.reads()

    async def customer_pays(self):
        """Dintero calls back, again and again until it is heard."""
        self.world.dintero.pay(self.session()["id"])
        await self.knocks()

    async def knocks(self):
        """Whatever Dintero has to say is on its way."""
        self.world.pass_(seconds=6)
        await self.world.dintero.post.deliver_due()
        await self.world.quiet()


def sent_to_customer(world):
    """How many messages the customer got."""
    return Counter(sms=len(world.dintero.inbox), mails=len(world.mailbox.mails))
