"""Signatures of what Dintero sends by itself: callbacks (Dintero reference §9.1) and webhooks (§11). Pure.

Neither is proof of a payment: the body of a callback is not even signed. A good signature earns one look at Dintero.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from urllib.parse import quote_plus, unquote_plus, urlsplit

_HEADER = re.compile(r"\s*t=([0-9]{1,12})\s*,(.+)", re.ASCII | re.DOTALL)
_SCHEME = "v0-hmac-sha256="


@dataclass(frozen=True, slots=True)
class Good:
    """Signed by Dintero. `age` is seconds since then; an old one may be a retry that was not signed anew."""

    age: float


@dataclass(frozen=True, slots=True)
class Bad:
    """Not signed, or not by Dintero, or not for this address. `why` is a word for the log."""

    why: str


Verdict: TypeAlias = Good | Bad


def check_callback(
    header: str | None, *, secret: str, account_id: str, method: str, url: str, query: str, now: datetime
) -> Verdict:
    """Check the `Dintero-Signature` of a callback.

    `url` is the callback's address as the world knows it, from `PAYLINK_PUBLIC_URL`, never from Host or
    X-Forwarded-*; a query in it is ignored. `query` is the raw query string that arrived. `now` is aware.
    """
    if not header:
        return Bad("missing")
    found = _HEADER.fullmatch(header)
    if found is None:
        return Bad("malformed")
    signed_at, given = found.groups()
    expected = callback_digest(signed_at, secret=secret, account_id=account_id, method=method, url=url, query=query)
    candidates = [part.strip().removeprefix(_SCHEME) for part in given.split(",") if part.strip().startswith(_SCHEME)]
    if not any(_same(expected, candidate) for candidate in candidates):
        return Bad("wrong" if candidates else "malformed")
    return Good(age=now.timestamp() - int(signed_at))


def callback_digest(signed_at: str, *, secret: str, account_id: str, method: str, url: str, query: str) -> str:
    """The lower-case hex HMAC-SHA256 over time, account, method, host without port, path and sorted query."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    lines = (
        signed_at,
        account_id,
        method.upper(),
        f"[{host}]" if ":" in host else host,
        parts.path or "/",
        canonical_query(query),
    )
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def canonical_query(raw: str) -> str:
    """The parameters sorted by name, equals in their order, encoded like URLSearchParams."""
    pairs = [part.partition("=") for part in raw.removeprefix("?").split("&") if part]
    named = [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]
    named.sort(key=lambda pair: pair[0].encode("utf-16-be", "surrogatepass"))
    return "&".join(f"{_encode(name)}={_encode(value)}" for name, value in named)


def check_webhook(body: bytes, header: str | None, *, secret: str) -> bool:
    """Whether `event-signature` is the HMAC-SHA1 of the raw body (Dintero reference §11)."""
    expected = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return header is not None and _same(expected, header.strip())


def _encode(text: str) -> str:
    """As URLSearchParams does: `*` stays and `~` is escaped, the opposite of Python (Dintero reference §9.1)."""
    return quote_plus(text, safe="*", errors="replace").replace("~", "%7E")


def _same(expected: str, given: str) -> bool:
    """Compare in constant time; bytes, because a header may hold anything."""
    return hmac.compare_digest(expected.encode(), given.lower().encode("utf-8", "replace"))
