"""How the workspace slows down and misbehaves: rate limits, and faults on demand."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

TIER_3 = frozenset({"chat.update", "chat.delete", "conversations.open", "conversations.info"})


@dataclass(frozen=True)
class Fault:
    """One misbehaviour, used up by one call."""

    kind: str
    value: Any = None
    more: tuple[tuple[str, Any], ...] = ()
    """Further keys of the answer."""

    @classmethod
    def status(cls, code: int) -> Self:
        """Answer with this HTTP status and no JSON; the work is not done."""
        return cls("status", code)

    @classmethod
    def page(cls, code: int = 200) -> Self:
        """Answer with a page of HTML, as a proxy, a login page or any other server does; the work is not done."""
        return cls("page", code)

    @classmethod
    def status_after(cls, code: int) -> Self:
        """Do the work, then answer with this HTTP status: "may have worked partly" (Slack reference §10)."""
        return cls("status_after", code)

    @classmethod
    def bare(cls) -> Self:
        """Do the work, then answer `ok: true` and nothing else."""
        return cls("bare")

    @classmethod
    def ratelimited(cls, seconds: int) -> Self:
        """Answer 429 with Retry-After (Slack reference §11)."""
        return cls("ratelimited", seconds)

    @classmethod
    def error(cls, name: str, **more: Any) -> Self:
        """Answer 200 with `ok: false`, this error, and further keys such as `needed` (Slack reference §22)."""
        return cls("error", name, tuple(more.items()))

    @classmethod
    def error_after(cls, name: str) -> Self:
        """Do the work, then answer 200 with `ok: false` and this error: it "may have worked partly" (§10)."""
        return cls("error_after", name)

    @classmethod
    def delay(cls, seconds: float) -> Self:
        """Sleep, then do the work."""
        return cls("delay", seconds)

    @classmethod
    def drop_before(cls) -> Self:
        """Break the connection; the work is not done."""
        return cls("drop_before")

    @classmethod
    def drop_after(cls) -> Self:
        """Do the work, then break the connection before the answer (Slack reference §10, end)."""
        return cls("drop_after")


@dataclass
class Requests:
    """What is wrong with Slack's requests to the bot while set (Slack reference §3)."""

    unsigned: bool = False
    """A proxy in between drops both headers."""
    wrong_signature: bool = False
    """The bot holds another app's signing secret."""
    seconds_behind: int = 0
    """The bot's clock is ahead of Slack's by so much, or behind when it is negative."""


class Faults:
    """The faults that wait for their calls; the method `response_url` means the hooks, `*` any method."""

    def __init__(self) -> None:
        self.down = False
        self.locked_out = ""
        """The error that every call is answered with while the app's token is refused (Slack reference §10)."""
        self.refused: dict[str, str] = {}
        """Method → the error that its calls are answered with, until it is taken out (Slack reference §10)."""
        self.date: timedelta | None = timedelta()
        """How far the `Date` header is ahead of the sandbox's clock; None: no answer has one."""
        self.requests = Requests()
        self.waiting: dict[str, deque[Fault]] = defaultdict(deque)

    def add(self, method: str, *faults: Fault) -> None:
        """Let the next calls of `method` meet these faults, one each."""
        self.waiting[method].extend(faults)

    def take(self, method: str) -> Fault | None:
        """The fault this call meets, if any."""
        if self.down:
            return Fault.status(503)
        if self.locked_out:
            return Fault.error(self.locked_out)
        if method in self.refused:
            return Fault.error(self.refused[method])
        waiting = self.waiting[method] or self.waiting["*"]
        return waiting.popleft() if waiting else None


@dataclass
class Limits:
    """How much Slack takes, measured on the workspace's clock (Slack reference §11)."""

    enforce: bool = True
    post_interval: float = 1.0
    post_burst: int = 1
    updates_per_minute: int = 50
    calls_per_minute: int = 100
    _calls: dict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque), repr=False)

    def wait(self, method: str, channel: str, now: float) -> int:
        """Whole seconds this call must wait; 0 lets it through and counts it."""
        if not self.enforce:
            return 0
        if method == "chat.postMessage":
            most, window = self.post_burst, self.post_interval * self.post_burst
        else:
            most, window = self.updates_per_minute if method in TIER_3 else self.calls_per_minute, 60.0
            channel = ""
        calls = self._calls[method, channel]
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) >= most:
            return max(1, math.ceil(calls[0] + window - now))
        calls.append(now)
        return 0
