"""Whom the sandbox's HTTP clients trust, read once: the world's certificates take a while to load."""

from typing import Final

import httpx

TRUST: Final = httpx.create_ssl_context()
