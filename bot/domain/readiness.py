"""Whether the bot gets its work done, from what it has seen lately; and if not, why, for whoever watches it."""

from dataclasses import dataclass
from typing import Final

PATIENCE: Final = 600.0
"""Seconds. Work that waits longer than this means that something is stuck."""
LINKS_UNSIGNED: Final = 2
"""A customer knows the address of their own link, and may knock there as they please: of one link wrong signatures
prove nothing. Of two they mean that the secret is wrong, or that a proxy changes the address.
"""

_SCHEMA: Final = {
    "empty": "The database has no tables. Run: paylink migrate.",
    "old": "The database is at an older schema. Run: paylink migrate.",
    "newer": "The database is at a newer schema: a newer Paylink has migrated it. Run that one.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What was seen. Seconds are since something should have been done; None when nothing waits."""

    schema: str | None = "current"
    """None when the database does not answer; nothing else is known then but what the last calls said."""
    oldest_due_link: float | None = None
    oldest_untold_order: float | None = None
    oldest_wanted_operation: float | None = None
    since_paid_sweep: float | None = None
    slack_refusal: str | None = None
    """Why Slack refused the last call; None when it took it."""
    dintero_refusal: str | None = None
    links_unsigned: int = 0
    """Of how many links callbacks came lately without the right signature, since the last right one."""


def ailments(seen: Vitals) -> tuple[str, ...]:
    """What is wrong, a sentence each with the mend where there is one; empty when all is well."""
    return (*_database(seen), *_waiting(seen), *_refused(seen))


def _database(seen: Vitals) -> tuple[str, ...]:
    if seen.schema is None:
        return ("The database does not answer.",)
    return (_SCHEMA[seen.schema],) if seen.schema in _SCHEMA else ()


def _waiting(seen: Vitals) -> tuple[str, ...]:
    waits = {
        "A click has waited {} to be carried out.": seen.oldest_wanted_operation,
        "A change has waited {} to be told in Slack.": seen.oldest_untold_order,
        "A link has waited {} to be looked up at Dintero.": seen.oldest_due_link,
        "Dintero's list of payments was last read {} ago.": seen.since_paid_sweep,
    }
    return tuple(
        sentence.format(f"{seconds // 60:.0f} minutes")
        for sentence, seconds in waits.items()
        if seconds is not None and seconds >= PATIENCE
    )


def _refused(seen: Vitals) -> tuple[str, ...]:
    sentences = []
    if seen.slack_refusal is not None:
        sentences.append(f"Slack refuses the bot's token ({seen.slack_refusal}). Check SLACK_BOT_TOKEN.")
    if seen.dintero_refusal is not None:
        secrets = "DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET"
        sentences.append(f"Dintero refuses the API client ({seen.dintero_refusal}). Check {secrets}.")
    if seen.links_unsigned >= LINKS_UNSIGNED:
        sentences.append(
            f"Callbacks of {seen.links_unsigned} links came without Dintero's signature or with a wrong one, and none "
            "with a right one since. Compare DINTERO_SIGNATURE_SECRET with the account's, and PAYLINK_PUBLIC_URL with "
            "what your proxy is given."
        )
    return tuple(sentences)
