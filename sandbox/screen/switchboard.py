"""The switches for what nobody could confirm about Dintero and Slack: what each says, and the hand that turns it."""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_type_hints

from starlette.datastructures import FormData

from sandbox.dintero import Switches
from sandbox.screen.viewer import Viewer
from sandbox.slack import NotOfferedError
from sandbox.world import World


@dataclass(frozen=True)
class Switch:
    """One question without an answer; `kind` is bool, float or a Literal of all answers there may be."""

    name: str
    kind: Any
    says: str

    @property
    def options(self) -> tuple[Any, ...]:
        """What to choose from, if it is a choice."""
        return get_args(self.kind)

    def read(self, text: str | None) -> Any:
        """The value that a field of the page stands for; a box that is not ticked sends none."""
        if self.kind is bool:
            return text is not None
        if self.options:
            return next(one for one in self.options if str(one) == text)
        try:
            number = float(text or "")
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number >= 0):
            raise NotOfferedError(f"{self.name} is a number of seconds, 0 or more.")
        return number


def _of_dintero() -> dict[str, Switch]:
    hints = get_type_hints(Switches, include_extras=True)
    return {name: Switch(name, *get_args(annotated)) for name, annotated in hints.items()}


DINTERO = _of_dintero()
SLACK = {
    one.name: one
    for one in (
        Switch(
            "loses_untouched_initials_after_update",
            bool,
            "After a form was redrawn, a field that was preset and not touched arrives empty (Slack reference §8).",
        ),
        Switch(
            "private_channel_answer",
            Literal["channel_not_found", "not_in_channel"],
            "The error for a private channel that the app is not in (Slack reference §1.8).",
        ),
        Switch(
            "telephones_as_links",
            bool,
            "A client turns telephone numbers in a command into <tel:…|…> (Slack reference §12).",
        ),
        Switch(
            "outsiders_said",
            Literal["stranger", "plain", "bare", "hidden"],
            "What users.info says of people of another organisation: is_stranger, another team_id alone, hardly "
            "anything, or user_not_visible (Slack reference §13).",
        ),
        Switch(
            "outsiders_payload_team",
            Literal["installing", "own"],
            "Whose team stands in a click of theirs: the installing workspace's or their own (Slack reference §13).",
        ),
        Switch(
            "payload_says_user_team",
            bool,
            "A click names the workspace of who pressed (Slack reference §6).",
        ),
        Switch(
            "addresses_as_links",
            bool,
            "Web and mail addresses in a command or message come as <https://…|…>, <mailto:…|…> (Slack reference §12).",
        ),
        Switch(
            "modal_inputs_escaped",
            bool,
            "What is typed into a form comes with & < > escaped and addresses as links (Slack reference §12).",
        ),
    )
}


def groups(world: World) -> dict[str, list[tuple[Switch, Any]]]:
    """All switches with where they stand, by whose behaviour they are."""
    return {
        "Dintero": [(one, getattr(world.dintero.switches, one.name)) for one in DINTERO.values()],
        "Slack": [(one, getattr(world.slack, one.name)) for one in SLACK.values()],
    }


async def turn(world: World, _viewer: Viewer, form: FormData) -> None:
    """Turn one switch."""
    name, value = str(form["switch"]), form.get("value")
    switch = DINTERO.get(name) or SLACK[name]
    turned = switch.read(None if value is None else str(value))
    if name in DINTERO:
        world.dintero.switches = replace(world.dintero.switches, **{name: turned})
    else:
        setattr(world.slack, name, turned)


HANDS = {"turn": turn}
