"""One thing that is wrong, as the operator of the bot reads it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """By itself it makes `/health/status` answer 503, and leaves `/health/ready` at 200."""

    words: str
    """The cause and the next step; no secret and no personal data."""
    elsewhere: bool = False
    """Another replica may be well: `/health/ready` answers 503, so that the traffic goes there."""
    unproven: bool = False
    """A stranger may have caused it from outside: it is shown, and changes no status code."""
