"""The templates, and what they need to know to draw a person's view of the world."""

import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from sandbox.dintero.page import money
from sandbox.mail import text_of
from sandbox.screen import backoffice, knobs, switchboard
from sandbox.screen.mrkdwn import Reader
from sandbox.screen.viewer import Viewer
from sandbox.world import World

REGIONS = (
    "channels",
    "messages",
    "thread",
    "modal",
    "inbox",
    "clock",
    "deadline",
    "trouble",
    "payments",
    "switches",
    "complaints",
    "traffic",
)
"""The parts of the page that change by themselves; each is a template of its own."""


def initials(name: str) -> str:
    """What stands in somebody's picture."""
    return name.lstrip("@")[:1].upper()


def _environment() -> Environment:
    folder = Path(__file__).parent / "templates"
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"money": money, "initials": initials}
    return made


TEMPLATES = _environment()


def _drawn(name: str, seen: dict[str, Any]) -> Markup:
    try:
        html = TEMPLATES.get_template(f"{name}.html").render(seen)
    except Exception as problem:  # noqa: BLE001  whatever somebody wrote, the page lives
        traceback.print_exception(problem, file=sys.stderr)
        return Markup('<pre class="unknown" role="alert">This cannot be drawn: {}</pre>').format(repr(problem))
    return Markup(html.encode(errors="replace").decode())  # noqa: S704  drawn by the templates, half characters apart


class Drawing:
    """Draws the page, or one region of it, for a viewer."""

    def __init__(self, world: World) -> None:
        self.world = world

    def page(self, viewer: Viewer) -> str:
        """The whole page."""
        return TEMPLATES.get_template("page.html").render(self._seen(viewer), drawn=self.regions(viewer))

    def exchange(self, number: int) -> str:
        """What one exchange carried, for the frame under the log."""
        return TEMPLATES.get_template("exchange.html").render(one=self.world.traffic.numbered(number), number=number)

    def regions(self, viewer: Viewer) -> dict[str, str]:
        """Every region by its name. One that cannot be drawn says so in its place, and the others go on."""
        seen = self._seen(viewer)
        return {name: _drawn(name, seen) for name in REGIONS}

    def _seen(self, viewer: Viewer) -> dict[str, Any]:
        world, now = self.world, self.world.clock.now()
        zone, checkout = ZoneInfo(viewer.person.tz), f"{world.dintero.base_url}/v1/view/"
        reader = Reader(world.slack.names, now, zone, checkout, called=viewer.person.id)
        return {
            "world": world,
            "viewer": viewer,
            "reader": reader,
            "now": now,
            "regions": REGIONS,
            "backoffice": backoffice,
            "knobs": knobs,
            "switchboard": switchboard,
            "text_of": text_of,
            "at": lambda ts: datetime.fromtimestamp(float(ts), ZoneInfo(viewer.person.tz)),
        }
