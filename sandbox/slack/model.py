"""What a workspace holds: people, channels, messages, ephemerals and views."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

from .blocks import is_number, length, options_of
from .reading import elements, labels, lines, said, shown

KEYS = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "datepicker": "selected_date",
}


def copied(content: Any) -> Any:
    """JSON of its own with the same in it; made anew in a fraction of what `copy.deepcopy` takes."""
    return json.loads(json.dumps(content))


class NotOfferedError(Exception):
    """A person tried what Slack does not offer: no such button, a closed view, a channel they cannot see."""


@dataclass(frozen=True)
class Person:
    """Somebody with a Slack account."""

    id: str
    name: str
    team_id: str
    guest: bool = False
    stranger: bool = False
    bot: bool = False
    single_channel: bool = False
    """A guest of one channel (Slack reference §13)."""
    deleted: bool = False
    teams: tuple[str, ...] = ()
    """On Grid: all workspaces of the organisation that they are in; `team_id` is one of them, or none (§13, §14)."""
    locale: str = "nb-NO"
    tz: str = "Europe/Oslo"


@dataclass
class Readable:
    """What stands in a channel: text, blocks and the names a reader sees instead of ids."""

    channel_id: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    names: dict[str, str] = field(repr=False, compare=False)

    @property
    def buttons(self) -> list[str]:
        """All that can be pressed, options of overflow menus included."""
        return [label for _, element in elements(self.blocks) for label in labels(element)]

    def read(self) -> str:
        """The message as a person reads it; the text is seen only where there are no blocks."""
        if not self.blocks:
            return shown(self.text, self.names)
        return "\n".join(line for block in self.blocks for line in lines(block, self.names))

    def copy(self) -> Self:
        """A snapshot, as an open client may still show it."""
        return replace(self, blocks=copied(self.blocks))


@dataclass
class Message(Readable):
    """A message in a channel; its address is (channel id, ts), Slack reference §1."""

    user: str = ""
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    edits: int = 0
    edited: bool = False
    broadcast: bool = False

    def snapshot(self) -> dict[str, Any]:
        """The message inside payloads and answers (Slack reference §6)."""
        own = {"bot_id": "B1", "app_id": "A1"} if self.user == "UBOT" else {}
        rest = {"thread_ts": self.thread_ts, "metadata": self.metadata, "edited": {"ts": self.ts} if self.edited else 0}
        base = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text, "blocks": copied(self.blocks)}
        return base | own | {key: value for key, value in rest.items() if value}


@dataclass
class Ephemeral(Readable):
    """A message one person sees; `via` is command, response_url or postEphemeral."""

    user: str = ""
    via: str = ""
    thread_ts: str | None = None


@dataclass
class Channel:
    """A conversation: public, private or dm."""

    id: str
    name: str
    kind: str
    members: set[str]
    bot: bool
    archived: bool = False
    refuses_threads: str = ""
    """The error of every post in a thread: locked, or none allowed (Slack reference §10)."""
    posted: list[Message] = field(default_factory=list, repr=False)

    @property
    def messages(self) -> list[Message]:
        """What the channel itself shows: no thread replies."""
        return [message for message in self.posted if not message.thread_ts or message.broadcast]

    def thread(self, ts: str) -> list[Message]:
        """The replies to a message, without it."""
        return [message for message in self.posted if message.thread_ts == ts]

    def message(self, ts: str) -> Message | None:
        """The message with this ts, reply or not."""
        return next((message for message in self.posted if message.ts == ts), None)


@dataclass
class Field:
    """One element of a view that holds a value."""

    block: dict[str, Any]
    element: dict[str, Any]
    value: Any = None
    touched: bool = False
    found: list[dict[str, Any]] = field(default_factory=list)
    """What a searching select offers after the latest search."""

    @property
    def key(self) -> str:
        """Where the value stands in the state (Slack reference §26)."""
        return KEYS.get(self.element["type"], "value")

    def reset(self) -> Self:
        """Take the initial value."""
        empty = [] if self.key == "selected_options" else None
        self.value = self.element.get(self.key.replace("selected", "initial").replace("value", "initial_value"), empty)
        return self

    @property
    def searches(self) -> bool:
        """Whether the app is asked for the options."""
        return bool(self.element["type"] == "external_select")

    @property
    def offered(self) -> list[dict[str, Any]]:
        """The options that can be chosen now."""
        return self.found if self.searches else options_of(self.element)

    def type_in(self, wanted: Any) -> None:
        """Type a text, or choose options by what they are called."""
        self.touched = True
        if KEYS.get(self.element["type"]) in {None, "selected_date"}:
            self.value = None if wanted in {None, ""} else str(wanted)
            return
        options = {option["text"]["text"]: option for option in self.offered}
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        if unknown := [name for name in names if name not in options]:
            raise NotOfferedError(f"no option {unknown}, only {list(options)}")
        chosen = [options[name] for name in names]
        self.value = chosen if self.key == "selected_options" else chosen[0]

    def hold(self, values: list[str]) -> None:
        """Hold what a screen shows in this field: a text, or options by their values."""
        if self.searches:
            self._hold_found(values[0] if values else "")
            return
        options = self.offered
        chosen: list[Any] = [one for one in options if one["value"] in values] if options else values
        now = chosen if self.key == "selected_options" else (chosen[0] if chosen and chosen[0] else None)
        if now != self.value:
            self.value, self.touched = now, True

    def _hold_found(self, words: str) -> None:
        """Hold what was found by these words; other words are a search, and choose nothing yet."""
        now = next((one for one in self.found if one["text"]["text"] == words), self.value if words else None)
        if now != self.value:
            self.value, self.touched = now, True

    def state(self, *, lost: bool) -> dict[str, Any]:
        """The value in a payload; `lost` is the old defect of untouched initials (Slack reference §8)."""
        empty = [] if self.key == "selected_options" else None
        return {"type": self.element["type"], self.key: empty if lost and not self.touched else copied(self.value)}

    def wrong(self) -> str | None:
        """Slack's own sentence when the value cannot be submitted."""
        if not self.value:
            return None if self.block.get("optional") else "Please complete this required field."
        if self.element["type"] == "number_input":
            return self._wrong_number(self.value)
        if self.element["type"] == "email_text_input" and "@" not in self.value:
            return "Please enter a valid email address."
        least, most = self.element.get("min_length", 0), self.element.get("max_length", 3000)
        if isinstance(self.value, str) and length(self.value) < least:
            return f"Please enter at least {least} characters."
        if isinstance(self.value, str) and length(self.value) > most:
            return f"Please enter no more than {most} characters."
        return None

    def _wrong_number(self, value: str) -> str | None:
        element = self.element
        if not is_number(value) or ("." in value and not element["is_decimal_allowed"]):
            return "Please enter a number."
        if float(value) < float(element.get("min_value", value)):
            return f"Please enter a number of at least {element['min_value']}."
        if float(value) > float(element.get("max_value", value)):
            return f"Please enter a number of at most {element['max_value']}."
        return None

    def read(self) -> str:
        """The value on the screen."""
        many = self.value if isinstance(self.value, list) else [self.value] if self.value else []
        return ", ".join(one["text"]["text"] if isinstance(one, dict) else one for one in many)


@dataclass
class View:
    """A modal on somebody's screen (Slack reference §8)."""

    id: str
    person: Person
    content: dict[str, Any]
    hash: str
    root: str
    previous: str | None
    names: dict[str, str] = field(repr=False, compare=False)
    team_id: str = "T1"
    errors: dict[str, str] = field(default_factory=dict)
    closed: bool = False
    loses_initials: bool = False
    fields: dict[tuple[str, str], Field] = field(default_factory=dict, repr=False)

    def show(self, content: dict[str, Any], fresh_hash: str, *, loses_initials: bool = False) -> None:
        """Replace the whole view; typed text stays where block_id and action_id are the same (Slack reference §8)."""
        before, self.fields = self.fields, {}
        self.content, self.hash, self.errors, self.loses_initials = content, fresh_hash, {}, loses_initials
        for block, element in elements(content["blocks"]):
            if element["type"] in {"button", "overflow"}:
                continue
            place = block["block_id"], element["action_id"]
            fresh, old = Field(block, element).reset(), before.get(place)
            if old and old.element["type"] == element["type"]:
                fresh.value, fresh.touched, fresh.found = old.value, old.touched, old.found
                self._drop_vanished(fresh)
            self.fields[place] = fresh

    @staticmethod
    def _drop_vanished(kept: Field) -> None:
        if kept.searches:
            return
        offered = options_of(kept.element)
        if isinstance(kept.value, list):
            kept.value = [option for option in kept.value if option in offered]
        elif isinstance(kept.value, dict) and kept.value not in offered:
            kept.value = None

    def field(self, key: str) -> Field:
        """An input by its block_id or its label."""
        for one in self.fields.values():
            if key in {one.block["block_id"], one.block.get("label", {}).get("text")}:
                return one
        raise NotOfferedError(f"no input {key!r}, only {[one.block['block_id'] for one in self.fields.values()]}")

    @property
    def inputs(self) -> Iterable[Field]:
        """The fields of input blocks."""
        return [one for one in self.fields.values() if one.block["type"] == "input"]

    @property
    def values(self) -> dict[str, Any]:
        """What the person sees in each input, by block_id."""
        return {one.block["block_id"]: one.read() for one in self.fields.values()}

    @property
    def buttons(self) -> list[str]:
        """All that can be pressed inside the view, options of overflow menus included."""
        return [label for _, element in elements(self.content["blocks"]) for label in labels(element)]

    def payload(self) -> dict[str, Any]:
        """The view inside payloads and answers (Slack reference §6, §26)."""
        values: dict[str, Any] = {}
        for (block_id, action_id), one in self.fields.items():
            values.setdefault(block_id, {})[action_id] = one.state(lost=self.loses_initials)
        flags = {"submit": None, "close": None, "private_metadata": "", "callback_id": "", "external_id": ""}
        mine = {"id": self.id, "hash": self.hash, "root_view_id": self.root, "previous_view_id": self.previous}
        app = {"app_id": "A1", "app_installed_team_id": self.team_id, "bot_id": "B1", "team_id": self.team_id}
        asked = {"clear_on_close": False, "notify_on_close": False}
        return flags | asked | copied(self.content) | mine | app | {"state": {"values": values}}

    def read(self) -> str:
        """The modal as the person sees it: labels, hints, values and errors."""
        told = [self.content["title"]["text"]]
        if "" in self.errors:
            told.append(f"! {self.errors['']}")
        for block in self.content["blocks"]:
            told += lines(block, self.names)
            if "label" in block:
                told.append(said(block["label"], {}) + (" (optional)" if block.get("optional") else ""))
            told += (f"> {one.read()}" for one in self.fields.values() if one.block is block)
            told += [block["hint"]["text"]] if "hint" in block else []
            told += [f"! {self.errors[block['block_id']]}"] if block["block_id"] in self.errors else []
        told.append(" ".join(f"[{self.content[key]['text']}]" for key in ("close", "submit") if key in self.content))
        return "\n".join(told)
