"""The way out: one set of certificate authorities and one reading of the proxies for all that the bot connects to.

HTTP goes to Slack and Dintero through the proxy that the environment names. Mail and PostgreSQL are no HTTP: they go
directly, whatever is set.
"""

import os
import ssl
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

import aiohttp
import certifi
import httpx

from bot.addresses import LOOPBACK
from bot.slack.calls import Admitted, Dated, HeardClient


def authorities() -> ssl.SSLContext:
    """Whose certificates are trusted: those of SSL_CERT_FILE and SSL_CERT_DIR, else the system's and certifi's.

    Raises:
        ValueError: naming the variable, when what it names cannot be read.

    """
    return _authorities(os.environ.get("SSL_CERT_FILE") or None, os.environ.get("SSL_CERT_DIR") or None)


@cache
def _authorities(file: str | None, folder: str | None) -> ssl.SSLContext:
    if folder is not None and not os.path.isdir(folder):  # noqa: PTH112  it never raises
        raise ValueError("SSL_CERT_DIR: there is no such folder. Correct it, or unset it.")
    try:
        context = ssl.create_default_context(cafile=file, capath=folder)
    except OSError:  # of the file, or of SSLKEYLOGFILE
        name = "SSL_CERT_FILE" if file is not None else "SSLKEYLOGFILE"
        raise ValueError(
            f"{name}: the file cannot be read, or holds no certificate. Correct it, or unset it."
        ) from None
    if file is None and folder is None:
        context.load_verify_locations(certifi.where())
    return context


def proxy_for(url: str) -> str | None:
    """The proxy on the way to an address: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, in small letters as well.

    This computer is never reached through one.

    Raises:
        ValueError: naming the variable, when it is not an `http://` proxy; its value is not shown.

    """
    parts, proxies = urlsplit(url), getproxies_environment()
    proxies["no"] = proxies.get("no", "").translate({ord("["): None, ord("]"): None})
    host = parts.hostname or ""
    kind = parts.scheme if parts.scheme in proxies else "all"
    if kind not in proxies or host in LOOPBACK or proxy_bypass_environment(host, proxies):
        return None
    return _proxy(f"{kind}_proxy", proxies[kind])


def _proxy(variable: str, value: str) -> str:
    name = variable if os.environ.get(variable) else variable.upper()
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        usable = (
            bool(parts.hostname) and parts.port != 0 and value.isascii() and value.isprintable() and " " not in value
        )
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"{name}: it cannot be read. Write http://user:password@proxy.example.com:3128, or unset it.")
    if parts.scheme != "http":
        raise ValueError(
            f"{name}: only http:// proxies can be used. Name one, or put the hosts of Slack and Dintero into NO_PROXY."
        )
    return parts.geturl()


def http_client(*urls: str) -> httpx.AsyncClient:
    """A client for these addresses; it takes nothing else from the environment. Raises ValueError."""
    context = authorities()
    proxies = {urlsplit(url).hostname: proxy_for(url) for url in urls}
    mounts = {
        f"all://{host}": httpx.AsyncHTTPTransport(verify=context, proxy=proxy)
        for host, proxy in proxies.items()
        if proxy is not None
    }
    return httpx.AsyncClient(verify=context, trust_env=False, mounts=mounts)


def slack_client(
    token: str,
    url: str,
    session: aiohttp.ClientSession,
    admitted: Admitted = lambda _: None,
    dated: Dated = lambda *_: None,
) -> HeardClient:
    """A client for Slack's API at `url`. Raises ValueError."""
    return HeardClient(
        admitted,
        dated,
        proxy=proxy_for(url),
        ssl=authorities(),
        token=token,
        base_url=url,
        session=session,
        retry_handlers=[],
    )
