"""The one list of what is wrong: `/health/ready`, `/health/status` and `paylink check` all show it.

To add to it: a field of `Vitals`, and a function of it in `health_problems`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.domain.clock_skew import differences, duration
from bot.domain.problem import Problem
from bot.domain.signatures import Sender, SignatureHistory, signature_problem

PATIENCE: Final = 600.0
"""Seconds. Work that waits longer than this means that something is stuck."""
UNWRITTEN: Final = 60.0
"""Seconds for which the database has taken no write, tried each minute, before it is said: a backup may lock it."""
FUTURE: Final = 5.0
"""Seconds by which something may have happened in the future: replicas and whole seconds differ by less."""
LINKS_UNSIGNED: Final = 2
"""A customer knows the address of their own link, and may knock there as they please: of one link wrong signatures
prove nothing. Of two they mean that the secret is wrong, or that a proxy changes the address.
"""

SCHEMA_PROBLEMS: Final = {
    "empty": "The database has no tables. Run: paylink migrate.",
    "old": "The database is at an older schema. Run: paylink migrate.",
    "newer": "The database is at a newer schema: a newer Paylink has migrated it. Run that one.",
}
"""Why a database that does not stand at `current` cannot be used, and the next step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What was seen. Seconds are since something should have been done; None when nothing waits."""

    stopping: bool = False
    schema: str | None = "current"
    """None when the database does not answer; nothing else is known then but what the last calls said."""
    oldest_due_link: float | None = None
    oldest_untold_order: float | None = None
    oldest_wanted_operation: float | None = None
    since_paid_sweep: float | None = None
    links_unread: Sequence[float] = ()
    """For how long each link could not be read that could not be for `PATIENCE`."""
    unwritten: Sequence[float] = ()
    """For how long the database has taken no write."""
    slack_refusal: str | None = None
    """Why Slack refused the last call; None when it took it."""
    dintero_refusal: str | None = None
    links_unsigned: int = 0
    """Of how many links callbacks came lately without the right signature, since the last right one."""
    signatures: Mapping[Sender, SignatureHistory] = field(default_factory=dict)
    """Of the senders whose requests must be signed."""
    clock_skew: Mapping[str, float] = field(default_factory=dict)
    """By how many seconds this computer's clock is ahead (negative: behind), by whose clock it was compared with."""


def health_problems(seen: Vitals) -> tuple[Problem, ...]:
    """What is wrong, worst first; empty when all is well."""
    return (*_not_here(seen), *_failing(seen), *_waiting(seen), *_refused(seen), *_unsigned(seen), *_clock(seen))


def _not_here(seen: Vitals) -> tuple[Problem, ...]:
    """What sending the traffic to another replica would help."""
    words = ["Paylink is stopping."] if seen.stopping else []
    if seen.schema is None:
        words.append("The database does not answer.")
    elif seen.schema in SCHEMA_PROBLEMS:
        words.append(SCHEMA_PROBLEMS[seen.schema])
    return tuple(Problem(each, elsewhere=True) for each in words)


def _failing(seen: Vitals) -> tuple[Problem, ...]:
    """What is tried again and again in vain."""
    words = [
        f"The database has taken no write for {duration(seconds)}: its disk may be full, it may be read-only, or "
        "another program may hold it. Nothing that is clicked or paid can be kept."
        for seconds in seen.unwritten
    ]
    if seen.links_unread:
        count, longest = len(seen.links_unread), duration(max(seen.links_unread))
        links = "A link" if count == 1 else f"{count} links"
        words.append(
            f"{links} could not be read at Dintero for {longest}, so a payment may be missing on the card. The log "
            "says why (dintero_call, look_failed); look at a proxy in between, and at DINTERO_CHECKOUT_URL."
        )
    return tuple(Problem(each) for each in words)


def _clock(seen: Vitals) -> tuple[Problem, ...]:
    """That the clock is wrong, or was."""
    words = list(differences(seen.clock_skew))
    waits = (seen.oldest_wanted_operation, seen.oldest_untold_order, seen.oldest_due_link, seen.since_paid_sweep)
    future = -min((seconds for seconds in waits if seconds is not None), default=0.0)
    if future > FUTURE:
        words.append(
            f"The database holds a time {duration(future)} in the future: the clock was put back, or is behind. "
            "Paylink corrects that within a minute; if it stays, check the computer's clock."
        )
    return tuple(Problem(each) for each in words)


def _waiting(seen: Vitals) -> tuple[Problem, ...]:
    waits = {
        "A click has waited {} to be carried out.": seen.oldest_wanted_operation,
        "A change has waited {} to be told in Slack.": seen.oldest_untold_order,
        "A link has waited {} to be looked up at Dintero.": seen.oldest_due_link,
        "Dintero's list of payments was last read {} ago.": seen.since_paid_sweep,
    }
    return tuple(
        Problem(sentence.format(f"{seconds // 60:.0f} minutes"))
        for sentence, seconds in waits.items()
        if seconds is not None and seconds >= PATIENCE
    )


def _refused(seen: Vitals) -> tuple[Problem, ...]:
    problems = []
    if seen.slack_refusal is not None:
        problems.append(
            Problem(
                f"Slack refuses Paylink's calls ({seen.slack_refusal}): cards and threads wait, nothing is lost. "
                f"{_mend(seen.slack_refusal)}"
            )
        )
    if seen.dintero_refusal is not None:
        secrets = "DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET"
        problems.append(Problem(f"Dintero refuses the API client ({seen.dintero_refusal}). Check {secrets}."))
    return tuple(problems)


def _mend(slack_refusal: str) -> str:
    if slack_refusal.startswith("missing_scope"):
        return "Update the app from manifest.yml and reinstall it."
    return "Check SLACK_BOT_TOKEN; where it is about the workspace, ask its admins."


def _unsigned(seen: Vitals) -> tuple[Problem, ...]:
    problems = {sender: signature_problem(sender, history) for sender, history in seen.signatures.items()}
    if seen.links_unsigned >= LINKS_UNSIGNED:
        problems[Sender.CALLBACK] = Problem(
            f"Callbacks of {seen.links_unsigned} links came without Dintero's signature or with a wrong one, and "
            "none with a right one since. Compare DINTERO_SIGNATURE_SECRET with the account's, and "
            "PAYLINK_PUBLIC_URL with what your proxy is given."
        )
    return tuple(problem for problem in problems.values() if problem is not None)
