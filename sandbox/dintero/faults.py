"""Misbehaviour on demand: what the next matching request suffers instead of an honest answer."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from sandbox.dintero.odd_fields import OddFields

Kind = Literal[
    "token", "create", "session", "search", "list", "transaction", "capture", "refund", "void", "cancel", "view", "any"
]


@dataclass(frozen=True)
class Fault:
    """One request's bad luck; make it with the class methods."""

    code: int = 0
    wait: float = 0.0
    drop: bool = False
    after: bool = False
    retry_after: int | None = None
    page: bool = False
    until: asyncio.Event | None = None
    twice: bool = False
    spoil: Literal["", "garbage", "cut", "accepted", "initiated", "missing", "declined", "idle", "older"] = ""
    fields: OddFields = "none"

    @classmethod
    def status(cls, code: int, *, after: bool = False) -> "Fault":
        """Answer `code` without doing the work, or, with `after`, although it was done."""
        return cls(code=code, after=after)

    @classmethod
    def page_instead(cls, code: int = 200, *, after: bool = False) -> "Fault":
        """Answer with a page of HTML, as a proxy, a login page or any other server does.

        Nothing was done; with `after` it was: a filter has read the answer and holds it back.
        """
        return cls(code=code, page=True, after=after)

    @classmethod
    def rate_limited(cls, retry_after: int = 1) -> "Fault":
        """429 with Retry-After, which the token endpoint documents (Dintero reference §3)."""
        return cls(code=429, retry_after=retry_after)

    @classmethod
    def delay(cls, seconds: float, *, after: bool = False) -> "Fault":
        """Take so many real seconds before (or after) the work; the work is done all the same."""
        return cls(wait=seconds, after=after)

    @classmethod
    def held(cls, until: asyncio.Event) -> "Fault":
        """Begin the work only once `until` is set."""
        return cls(until=until)

    @classmethod
    def drop_before(cls) -> "Fault":
        """Close the connection without an answer; nothing was done."""
        return cls(drop=True)

    @classmethod
    def drop_after(cls) -> "Fault":
        """Do the work, then close the connection without an answer."""
        return cls(drop=True, after=True)

    @classmethod
    def sent_twice(cls, *, after: bool = False) -> "Fault":
        """A proxy on the way sends the request twice, and the work is done twice; with `after` the second answers."""
        return cls(twice=True, after=after)

    @classmethod
    def garbage(cls) -> "Fault":
        """Do the work and answer 200 with a body that is not JSON."""
        return cls(spoil="garbage")

    @classmethod
    def cut(cls) -> "Fault":
        """Do the work and let the connection break in the middle of the answer (Dintero reference §8.2)."""
        return cls(spoil="cut")

    @classmethod
    def odd(cls, fields: OddFields) -> "Fault":
        """Do the work and answer with fields of types that are not documented (Dintero reference §18)."""
        return cls(fields=fields)

    @classmethod
    def accepted(cls) -> "Fault":
        """Answer 202; money moves later, with `complete_async` (Dintero reference §8.1)."""
        return cls(spoil="accepted")

    @classmethod
    def accepted_unanswered(cls) -> "Fault":
        """Accept the work for later, as `accepted` does, and close the connection without an answer."""
        return cls(spoil="accepted", drop=True, after=True)

    @classmethod
    def initiated(cls) -> "Fault":
        """Answer 200 with a log that holds only INITIATE_*; money moves later, with `complete_async` (§6, §8)."""
        return cls(spoil="initiated")

    @classmethod
    def missing(cls) -> "Fault":
        """Do the work and answer 200 without `id` and `url` (Dintero reference §4.10)."""
        return cls(spoil="missing")

    @classmethod
    def declined(cls) -> "Fault":
        """The operation fails at the provider: 200 with a failed event (Dintero reference §8)."""
        return cls(spoil="declined")

    @classmethod
    def idle(cls) -> "Fault":
        """Answer 200 with things as they are; nothing is done and no event says so (Dintero reference §8)."""
        return cls(spoil="idle")

    @classmethod
    def older(cls) -> "Fault":
        """Do the work and answer 200 with the transaction as it was before (Dintero reference §8)."""
        return cls(spoil="older")


@dataclass
class Callbacks:
    """What goes wrong with callbacks while set; `late` is in seconds of the sandbox's clock."""

    off: bool = False
    doubled: bool = False
    late: float = 0.0
    wrong_signature: bool = False


@dataclass
class Faults:
    """The queue of faults, consumed one per matching request, oldest first."""

    queue: list[tuple[Kind, Fault]] = field(default_factory=list)
    callbacks: Callbacks = field(default_factory=Callbacks)
    down: bool | Fault = False
    """True: every request answers 503 until lifted; a Fault: every request suffers that one."""
    date: timedelta | None = timedelta()
    """How far the `Date` header is ahead of the sandbox's clock; None: no answer has one."""

    def add(self, kind: Kind, fault: Fault, *, times: int = 1) -> None:
        """Let the next `times` requests of this kind suffer `fault`."""
        self.queue += [(kind, fault)] * times

    def take(self, kind: Kind) -> Fault:
        """The fault for this request, or one that does nothing."""
        if self.down:
            return self.down if isinstance(self.down, Fault) else Fault.status(503)
        for at, (wanted, fault) in enumerate(self.queue):
            if wanted == kind or (wanted == "any" and kind != "view"):
                del self.queue[at]
                return fault
        return Fault()
