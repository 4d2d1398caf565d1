"""Where an answer to a click goes: Slack's response_url, and the thread that the click was made in.

Slack puts an answer into the channel unless a thread is named (Slack reference §7): a person who reads the thread, as
on a phone, would not see it. The thread stands behind the address as its fragment, which is never sent.
"""

from collections.abc import Mapping
from typing import Any


def answer_address(response_url: object, container: Mapping[str, Any]) -> str | None:
    """The address with the thread of the message that was clicked; None without an address.

    The message above a thread stands in the channel, though Slack may name its own thread with it.
    """
    thread = container.get("thread_ts")
    if not isinstance(response_url, str):
        return None
    return f"{response_url}#{thread}" if thread and thread != container.get("message_ts") else response_url


def parts(address: str | None) -> tuple[str | None, str]:
    """The response_url of an answer's address, and its thread; empty for none."""
    url, _, thread = (address or "").partition("#")
    return url if address is not None else None, thread
