"""What one check found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried; `well` is None when nobody can say."""

    about: str
    well: bool | None
    words: str
