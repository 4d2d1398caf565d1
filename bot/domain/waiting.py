"""What there is to do by itself."""

from enum import StrEnum


class Waiting(StrEnum):
    """Work that waits, by the loop that does it."""

    OPERATIONS = "operations"
    LINKS = "links"
    MAILS = "mails"
    ORDERS = "orders"
    """Of which Slack has to be told; last, for everything else ends there."""
