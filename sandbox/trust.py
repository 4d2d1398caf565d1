"""Whom the sandbox's HTTP clients trust, and what says that nobody answers them."""

from typing import Final

import httpx

TRUST: Final = httpx.create_ssl_context()
"""Read once: the world's certificates take a while to load."""

NO_ANSWER: Final = (httpx.TransportError, AttributeError)
"""The second where uvloop runs and the other end hangs up as soon as it is called: httpx asks for a socket then that is
not there.
"""
