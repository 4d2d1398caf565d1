"""The deeds that are cut short: what there is before, what a person does, and what must be true in the end."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tests.prove.crash.people import People

CUSTOMER = "nora.nordmann@fjord-example.no"
WHOLE, PART = 249_50, 100_00
"""Of a part a second time would be possible, too."""


async def a_channel(people):
    slack = people.world.slack
    slack.add_channel("sales", members=[slack.person("kari")], bot=True)


async def issued(people):
    await a_channel(people)
    await people.sends(people.types)
    await people.world.settle()
    await people.world.later(minutes=2)


async def reserved(people):
    await issued(people)
    await people.customer_pays()
    await people.world.settle()


async def paid(people):
    await reserved(people)
    await people.presses("Capture")
    await people.world.settle()


@dataclass(frozen=True)
class Life:
    """One kind of deed."""

    name: str
    before: Callable[[People], Awaitable[None]]
    deed: Callable[[People], Awaitable[None]]
    afterwards: str
    """What the card says when it is done."""
    button: str = ""
    """What the card offers while it is not."""
    events: Mapping[str, list[int]] = field(default_factory=dict)
    """What Dintero has done in the end, by the names of its events."""
    cancelled: int = 0
    sessions: int = 1
    messages: Mapping[str, int] = field(default_factory=lambda: {"sms": 1})
    promise: int = 1
    form: bool = False
    """Whether words are typed into a form."""

    def __str__(self):
        return self.name

    def is_done(self, people):
        return self.afterwards in people.reads()

    async def do(self, people):
        """The deed, if it is still to be done and may be: nobody presses what is not offered."""
        if not self.is_done(people) and (not self.button or people.offers(self.button)):
            await self.deed(people)


async def create(people):
    if people.card is None:
        await people.sends(people.types)


async def mail(people):
    if people.card is None:
        typed = {"Delivery": "Send it by e-mail", "Customer's e-mail": CUSTOMER}
        await people.sends(people.types, **typed)


async def pay(people):
    if people.world.dintero.transactions:
        await people.knocks()
    else:
        await people.customer_pays()


async def capture(people):
    await people.presses("Capture")


async def cancel(people):
    await people.presses("Cancel link")


async def refund(people):
    await people.sends(
        lambda: people.presses("Refund…"), Reason="Returned", How_much="An amount", **{"Amount_(NOK)": "100"}
    )


async def release(people):
    await people.ticks("Release")


async def send_again(people):
    await people.sends(lambda: people.presses("Send again…"), Mobile_number="99876543")


async def change(people):
    await people.sends(lambda: people.presses("Change order…"), What_for="Tow bar, fitted")


LIVES = (
    Life("create", a_channel, create, "Sent", form=True),
    Life("e-mail", a_channel, mail, "Sent", messages={"mails": 1}, form=True),
    Life("payment", issued, pay, "Reserved", events={"AUTHORIZE": [WHOLE]}, promise=2),
    Life("capture", reserved, capture, "Paid", "Capture", {"CAPTURE": [WHOLE]}),
    Life("refund", paid, refund, "Partly refunded", "Refund…", {"CAPTURE": [WHOLE], "REFUND": [PART]}, form=True),
    Life("void", reserved, release, "Reservation released", "Release", {"VOID": [WHOLE]}),
    Life("cancel", issued, cancel, "Cancelled", "Cancel link", cancelled=1),
    Life(
        "cancel, then create (Send again…)", issued, send_again, "4711-2", "Send again…",
        cancelled=1, sessions=2, messages={"sms": 2}, form=True,
    ),
    Life(
        "cancel, then create (Change order…)", issued, change, "4711-2", "Change order…",
        cancelled=1, sessions=2, messages={"sms": 2}, form=True,
    ),
)  # fmt: skip
