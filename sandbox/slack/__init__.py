"""A Slack workspace on this computer: Slack's wire protocol over HTTP, its limits and its moods.

Every rule cites its section of the Slack reference. Where sources differ it takes the harsher reading.
"""

from .api import create_app
from .faults import Fault, Limits
from .model import Channel, Ephemeral, Message, NotOfferedError, Person, View
from .people import Answer, sign
from .shortcuts import Workspace
from .state import Call

__all__ = [
    "Answer",
    "Call",
    "Channel",
    "Ephemeral",
    "Fault",
    "Limits",
    "Message",
    "NotOfferedError",
    "Person",
    "View",
    "Workspace",
    "create_app",
    "sign",
]
