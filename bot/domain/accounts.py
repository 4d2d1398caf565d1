"""Links of Dintero accounts other than the configured one: they are not read, and are shown as such."""

from collections.abc import Mapping
from typing import Final

NOT_FOLLOWED: Final = (
    "This link was made with a Dintero account that Paylink does not use any more, so nothing was done. Look it up in "
    "that account's Backoffice."
)


def still_followed(followed: Mapping[str, int], configured: str) -> str | None:
    """Why the bot cannot start, and the two ways out; None when no link of another account is followed.

    `followed` is how many links are followed, by account.
    """
    others = {account: count for account, count in followed.items() if account != configured}
    if not others:
        return None
    whose = " and ".join(f"{links_in_words(count)} of Dintero account {account}" for account, count in others.items())
    many = len(others) > 1 or sum(others.values()) > 1
    first = next(iter(others))
    return (
        f"{whose} {'are' if many else 'is'} still followed, and DINTERO_ACCOUNT_ID is {configured}. Put the old "
        f"account and its client back, or end following its links: paylink stop-following {first}"
    )


def links_in_words(count: int) -> str:
    """`1 link`, `2 links`."""
    return f"{count} link{'s' * (count != 1)}"
