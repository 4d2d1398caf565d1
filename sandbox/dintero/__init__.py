"""An honest Dintero on this computer: it speaks the wire protocol and can misbehave on demand."""

from sandbox.dintero.account import Message
from sandbox.dintero.faults import Fault
from sandbox.dintero.people import Dintero
from sandbox.dintero.rules import RefusedError
from sandbox.dintero.switches import Switches
from sandbox.dintero.wire import create_app

__all__ = ["Dintero", "Fault", "Message", "RefusedError", "Switches", "create_app"]
