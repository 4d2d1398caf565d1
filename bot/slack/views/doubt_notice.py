"""What stands on top of a form that is not sent just so: the reference it gets, and open links like it."""

from collections.abc import Mapping
from typing import Final

from bot.domain.doubts import Doubt, Twin
from bot.domain.links import Status
from bot.slack.views.blocks import Look, escape, person

SEND_ANYWAY: Final = "Send anyway"
_STANDS: Final[Mapping[Status, str]] = {
    Status.REQUESTED: "is being created",
    Status.UNCERTAIN: "may have been sent",
    Status.OPEN: "is waiting to be paid",
    Status.PENDING: "is being approved by the provider",
    Status.AUTHORIZED: "is reserved",
    Status.CAPTURED: "has just been paid",
}


def doubt_notice(doubt: Doubt, look: Look) -> str:
    """All that the person has to know first, in mrkdwn, and which button to press."""
    told = [_twin(twin, look) if doubt.shows(twin) else _elsewhere(twin, look) for twin in doubt.twins]
    if doubt.becomes:
        told.append(f"🔢 *{escape(doubt.reference)} is used already; this one becomes {escape(doubt.becomes)}.*")
    button = f"*{SEND_ANYWAY}* if the customer is to get this one as well" if doubt.twins else "Send again"
    return "\n".join([*told, f"Nothing was sent yet. Press {button}."])


def _twin(twin: Twin, look: Look) -> str:
    what = "" if twin.same_reference else ", over the same amount to the same number,"
    card = look.permalink(twin.channel, twin.ts, twin.thread) if twin.ts else ""
    seen = f" <{card}|See its card>." if card else ""
    return (
        f"👯 *{escape(twin.reference)}{what} {_STANDS[twin.status]}.* "
        f"{person(twin.issuer)} issued it {look.date(twin.created_at)}.{seen}"
    )


def _elsewhere(twin: Twin, look: Look) -> str:
    """Of a link in a conversation that the person may not be in: whom to ask, and no reference."""
    what = "with this reference" if twin.same_reference else "over the same amount to the same number"
    return (
        f"👯 *A link {what} {_STANDS[twin.status]}.* {person(twin.issuer)} issued it in another conversation "
        f"{look.date(twin.created_at)}. Ask them before you send this one."
    )
