"""Why a connection failed, as a clause about the other side. Pure: it reads the chain of an error's causes.

Libraries wrap the operating system's errors, and their own messages may hold an address with a password in it: only
the kinds of the errors below them are used, never a message.
"""

import socket
import ssl
from collections.abc import Iterator
from typing import Final

_EXPIRED: Final = "its certificate has expired (or this computer's clock is wrong)"
_UNTRUSTED: Final = "its certificate is not trusted here: it is self-signed, or its authority is unknown"
_OTHER_NAME: Final = "its certificate is for another host name"
_CERTIFICATES: Final = {
    9: "its certificate is not valid yet (or this computer's clock is wrong)",
    10: _EXPIRED,
    18: _UNTRUSTED,
    19: _UNTRUSTED,
    20: _UNTRUSTED,
    21: _UNTRUSTED,
    23: "its certificate was revoked",
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}
"""By OpenSSL's `X509_V_ERR_…` number."""
_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and everything behind it, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]


def tls_failure(error: BaseException) -> str | None:
    """What is wrong with the encryption, such as "its certificate has expired"; None when that is not the reason."""
    found = [one for one in causes(error) if isinstance(one, ssl.SSLError)]
    for one in found:  # a library's own class for it may lack what the standard library says beside it
        if (code := getattr(one, "verify_code", None)) is not None:
            return _CERTIFICATES.get(code, f"its certificate is refused (OpenSSL {code})")
    reasons = [str(reason) for one in found if (reason := getattr(one, "reason", None))]
    if not found:
        return None
    if set(reasons) & _NO_TLS:
        return "what answers on that port does not speak TLS"
    return f"no encrypted connection can be agreed on ({reasons[0] if reasons else 'TLS'})"


def connection_failure(error: BaseException) -> str | None:
    """Why there is no connection, TLS included; None when the reason is another one."""
    if (tls := tls_failure(error)) is not None:
        return tls
    kinds: tuple[tuple[type[BaseException], str], ...] = (
        (socket.gaierror, "its host name is not known (DNS)"),
        (ConnectionRefusedError, "the connection is refused: nothing listens on that port"),
        (ConnectionResetError, "the connection was closed before an answer came"),
        (TimeoutError, "no answer came in time"),
    )
    found = list(causes(error))
    return next((words for kind, words in kinds if any(isinstance(one, kind) for one in found)), None)
