"""When signed requests were last accepted and refused, by sender; and when refusals are a problem.

A right signature needs the secret. Requests without one may come from a stranger: they are shown, and change no status
code. One whose signature is right and whose time is not is the sender's own: then the clock is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain.problem import Problem

REFUSALS: Final = 3
"""So many refusals, and none accepted since, are a problem."""


class Sender(StrEnum):
    """Who signs what it sends."""

    SLACK = "slack"
    CALLBACK = "callback"
    WEBHOOK = "webhook"


class Refusal(StrEnum):
    """Why a request was refused."""

    MISSING = "missing"
    STALE = "stale"
    """The signature is right, and its time too far from ours."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureHistory:
    """What is known of one sender's requests. Times are the machine's, aware UTC."""

    accepted_at: datetime | None = None
    refused_at: datetime | None = None
    reason: Refusal | None = None
    """Of the last refusal."""
    skew: int | None = None
    """Our time minus the request's in seconds, of the last one that was *stale*."""
    refusals: Mapping[Refusal, int] = field(default_factory=dict)
    """Since one was accepted."""

    def accept(self, at: datetime) -> "SignatureHistory":
        """One was accepted."""
        return replace(self, accepted_at=at, refusals={})

    def refuse(self, at: datetime, reason: Refusal, skew: int | None = None) -> "SignatureHistory":
        """One was refused."""
        counted = {**self.refusals, reason: self.refusals.get(reason, 0) + 1}
        return replace(self, refused_at=at, reason=reason, skew=self.skew if skew is None else skew, refusals=counted)

    def then(self, later: "SignatureHistory") -> "SignatureHistory":
        """The history with what happened after it."""
        before: Mapping[Refusal, int] = {} if later.accepted_at else self.refusals
        refusals = {each: before.get(each, 0) + later.refusals.get(each, 0) for each in Refusal}
        return SignatureHistory(
            accepted_at=later.accepted_at or self.accepted_at,
            refused_at=later.refused_at or self.refused_at,
            reason=later.reason or self.reason,
            skew=self.skew if later.skew is None else later.skew,
            refusals={each: count for each, count in refusals.items() if count},
        )


def signature_problem(sender: Sender, history: SignatureHistory) -> Problem | None:
    """What is wrong with the sender's requests, and the next step; None while too few were refused."""
    count, reason, at = sum(history.refusals.values()), history.reason, history.refused_at
    if count < REFUSALS or reason is None or at is None:
        return None
    proven = history.refusals.get(Refusal.STALE, 0) >= REFUSALS
    cause, step = _CAUSES[sender, Refusal.STALE if proven else reason]
    since = f"since {_time(history.accepted_at)}" if history.accepted_at else "ever"
    words = f"{count} {cause.format(_skew(history))}. The last came at {_time(at)}; none was accepted {since}. {step}"
    return Problem(words, unproven=not proven)


def last_requests(history: SignatureHistory) -> str:
    """When the last one was accepted and the last one refused, and why, in words; empty when none ever came."""
    said = []
    if history.accepted_at is not None:
        said.append(f"the last accepted one came at {_time(history.accepted_at)}")
    if history.refused_at is not None and history.reason is not None:
        why = {Refusal.MISSING: "no signature", Refusal.WRONG: "wrong signature", Refusal.STALE: _skew(history)}
        said.append(f"the last refused one came at {_time(history.refused_at)} ({why[history.reason]})")
    return ", ".join(said)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _skew(history: SignatureHistory) -> str:
    seconds = history.skew or 0
    return f"{abs(seconds)} seconds {'behind' if seconds > 0 else 'ahead of'} this computer's clock"


_COMPARE: Final = (
    "Compare DINTERO_SIGNATURE_SECRET with the account's, and PAYLINK_PUBLIC_URL with what your proxy is given."
)
_CAUSES: Final[Mapping[tuple[Sender, Refusal], tuple[str, str]]] = {
    (Sender.SLACK, Refusal.MISSING): (
        "requests to /slack/events came without a signature",
        "A proxy must pass on X-Slack-Signature and X-Slack-Request-Timestamp; if it does, they were not Slack's.",
    ),
    (Sender.SLACK, Refusal.WRONG): (
        "requests to /slack/events had a wrong signature",
        "Compare SLACK_SIGNING_SECRET with Basic Information of the Slack app; if it is right, they were not Slack's.",
    ),
    (Sender.SLACK, Refusal.STALE): (
        "requests of Slack's were refused: their time is {}",
        "Have the clock set by NTP, for example: timedatectl set-ntp true.",
    ),
    (Sender.CALLBACK, Refusal.MISSING): ("callbacks came without Dintero's signature", _COMPARE),
    (Sender.CALLBACK, Refusal.WRONG): ("callbacks had a wrong signature", _COMPARE),
    (Sender.WEBHOOK, Refusal.MISSING): (
        "webhooks came without a signature",
        "A proxy must pass on event-signature; if it does, they were not Dintero's.",
    ),
    (Sender.WEBHOOK, Refusal.WRONG): (
        "webhooks had a wrong signature",
        "Compare DINTERO_WEBHOOK_SECRET with the subscription's; Dintero deletes one that keeps failing.",
    ),
}
"""What was refused, after its number, and the next step."""
