"""The shape of Slack's payloads, as far as anything here or in Bolt reads them (Slack reference §5, §6).

Whoever knows the signing secret is Slack, and Slack's payloads have grown before: what is not named here is let be,
and what is named must be what everything behind the door takes it for.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, TypeAdapter, model_validator

Text = Annotated[str, Strict()]
Id = Annotated[str, Strict(), StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,100}$")]
"""Of a person, a workspace, a channel, a view or a message."""
Found = Mapping[str, Any]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Named(_Shape):
    id: Id | None = None
    team_id: Id | None = None
    enterprise_id: Id | None = None


class _Person(_Named):
    id: Id


class _Option(_Shape):
    value: Text | None = None


class _Element(_Shape):
    """One element with what it holds: a field of a form, or what was pressed."""

    action_id: Text | None = None
    block_id: Text | None = None
    value: Text | None = None
    selected_date: Text | None = None
    selected_option: _Option | None = None
    selected_options: list[_Option] | None = None
    initial_option: _Option | None = None
    initial_options: list[_Option] | None = None
    initial_value: Text | None = None
    initial_date: Text | None = None


class _Action(_Element):
    type: Text
    action_id: Text


class _Block(_Shape):
    type: Text | None = None
    block_id: Text | None = None
    element: _Element | None = None

    @model_validator(mode="after")
    def _inputs_are_whole(self) -> Self:
        if self.type == "input" and (self.block_id is None or self.element is None):
            raise ValueError("an input without its element")
        return self


class _State(_Shape):
    values: Mapping[Text, Mapping[Text, _Element]]


class _View(_Shape):
    id: Id
    state: _State
    callback_id: Text | None = None
    private_metadata: Text | None = None
    hash: Text | None = None
    root_view_id: Id | None = None
    previous_view_id: Id | None = None
    app_installed_team_id: Id | None = None
    team_id: Id | None = None
    blocks: list[_Block] = []


class _Container(_Shape):
    message_ts: Text | None = None
    channel_id: Id | None = None
    thread_ts: Text | None = None
    is_ephemeral: bool | None = None


class _Message(_Shape):
    text: Text | None = None
    ts: Text | None = None
    thread_ts: Text | None = None


class _Interaction(_Shape):
    """What every payload of a person's hands says."""

    type: Text
    user: _Person
    team: _Named | None = None
    enterprise: _Named | None = None
    channel: _Named | None = None
    container: _Container | None = None
    message: _Message | None = None
    view: _View | None = None
    trigger_id: Text | None = None
    response_url: Text | None = None
    response_urls: Annotated[list[Found], Field(max_length=1)] = []
    callback_id: Text | None = None
    message_ts: Text | None = None
    value: Text | None = None


class _Pressed(_Interaction):
    actions: Annotated[list[_Action], Field(min_length=1)]


class _CalledView(_View):
    type: Literal["modal"]
    callback_id: Text


class _WithView(_Interaction):
    view: _CalledView


class _Suggestion(_Interaction):
    action_id: Text
    block_id: Text


class _Shortcut(_Interaction):
    callback_id: Text


class _Command(_Shape):
    """A form's fields, all of them text."""

    command: Text
    user_id: Id
    team_id: Id
    channel_id: Id
    text: Text = ""
    trigger_id: Text = ""
    response_url: Text | None = None


class _Asked(_Shape):
    """Slack's own check of the address."""

    type: Text
    challenge: Text


_SHAPES: Final[Mapping[str, TypeAdapter[Any]]] = {
    "block_actions": TypeAdapter(_Pressed),
    "view_submission": TypeAdapter(_WithView),
    "view_closed": TypeAdapter(_WithView),
    "block_suggestion": TypeAdapter(_Suggestion),
    "shortcut": TypeAdapter(_Shortcut),
    "message_action": TypeAdapter(_Shortcut),
    "url_verification": TypeAdapter(_Asked),
    "event_callback": TypeAdapter(Found),
}
_COMMAND: Final = TypeAdapter(_Command)


def check_shape(payload: Found) -> None:
    """Refuse what is none of the payloads that the app asks Slack for.

    Raises:
        ValueError: with the names of the fields that are not as they should be.

    """
    kind = payload.get("type")
    if kind is None and "command" in payload:
        _COMMAND.validate_python(payload)
    elif isinstance(kind, str) and kind in _SHAPES and "command" not in payload:
        _SHAPES[kind].validate_python(payload)
    else:
        raise ValueError("no payload that the app asks for")
