"""Web addresses in settings."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
WHOLE_ADDRESS: Final = "write a whole address such as https://pay.example.com, without a password, ? or #"
_HOST: Final = re.compile(r"[\w.-]{1,253}|[0-9A-Fa-f:.]+", re.ASCII)
_PATH: Final = re.compile(r"[!-~]*")


def read_address(url: str) -> SplitResult:
    """The parts of an address without a user. Raises ValueError, and says nothing of what was written."""
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0  # reading it raises when it is no number
    except ValueError:
        raise ValueError(WHOLE_ADDRESS) from None
    host_is_one = not parts.hostname or _is_host(parts.hostname)
    if not port_is_one or not host_is_one or "@" in parts.netloc or not _PATH.fullmatch(parts.path):
        raise ValueError(WHOLE_ADDRESS)
    return parts


def refuse_plain(url: str) -> None:
    """Raise ValueError for `http://` to another computer."""
    parts = read_address(url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("secrets and links go over https only; http is for a sandbox on this computer")


def _is_host(name: str) -> bool:
    try:
        return _HOST.fullmatch(name.encode("idna").decode()) is not None
    except UnicodeError:
        return False
