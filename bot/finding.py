"""What one check found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried; `well` is None when it cannot be known."""

    about: str
    well: bool | None
    words: str
