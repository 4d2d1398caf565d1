"""The hands in Slack: what a person types, presses and sends on the page."""

import json

from starlette.datastructures import FormData

from sandbox.screen.viewer import Viewer
from sandbox.slack import Message, NotOfferedError, View
from sandbox.world import World


async def say(world: World, viewer: Viewer, form: FormData) -> None:
    """Write into the channel or the open thread; a leading slash is a command."""
    text = str(form["text"]).strip()
    if text.startswith("/") and form.get("thread"):
        raise NotOfferedError("Slash commands cannot be used inside threads.")
    if text.startswith("/") and viewer.person.stranger:
        raise NotOfferedError("Only members of the workspace that has the app can use its slash commands.")
    if text.startswith("/invite "):
        viewer.slack.invite(viewer.person, viewer.channel, text.removeprefix("/invite ").strip())
    elif text.startswith("/"):
        command, _, rest = text.partition(" ")
        if command not in world.commands:
            raise NotOfferedError(
                f"{command} is not a valid command here. Known: {', '.join(world.commands)}, /invite."
            )
        await viewer.slack.command(viewer.person, viewer.channel, command, rest.strip())
    elif text:
        viewer.slack.say(viewer.person, viewer.channel, viewer.slack.escaped(text), str(form.get("thread", "")) or None)


async def shortcut(_world: World, viewer: Viewer, form: FormData) -> None:
    """Choose one of the app's shortcuts: in a message's menu if a message is named, else in that of the workspace."""
    chosen, ts = str(form["shortcut"]), str(form.get("target", ""))
    if not ts:
        await viewer.slack.shortcut(viewer.person, chosen)
        return
    message = viewer.find(ts)
    if not isinstance(message, Message):
        raise NotOfferedError("Only messages that everybody sees have shortcuts.")
    await viewer.slack.message_shortcut(viewer.person, message, chosen)


async def press(_world: World, viewer: Viewer, form: FormData) -> None:
    """Press a button or an option of a menu, or choose, on a message or in a form."""
    target, pressed = viewer.find(str(form["target"])), json.loads(str(form["pressed"]))
    if isinstance(target, View):
        _take(target, form)
    values = [str(value) for value in form.getlist(f"{pressed['block_id']} {pressed['element']['action_id']}")]
    answer = await viewer.slack.press(viewer.person, target, **pressed, values=values)
    if not answer.ok:
        raise NotOfferedError("The app did not answer in time. Slack shows a warning sign here; press again.")


async def typed(_world: World, viewer: Viewer, form: FormData) -> None:
    """Keep what stands in a form's fields, so that reloading the page loses nothing."""
    if viewer.modal and viewer.modal.id == form["target"]:
        _take(viewer.modal, form)


async def search(_world: World, viewer: Viewer, form: FormData) -> None:
    """Type into a searching field; what the app offers then stands below it."""
    view, searched = _view(viewer, form), str(form["searched"])
    _take(view, form)
    words = str(form.get(f"{searched} {view.field(searched).element['action_id']}", ""))
    await viewer.slack.search(view, searched, words)


async def submit(_world: World, viewer: Viewer, form: FormData) -> None:
    """Press the form's own button; what is wrong then stands beside its fields."""
    view = _view(viewer, form)
    _take(view, form)
    await viewer.slack.submit(viewer.person, view)


async def close(_world: World, viewer: Viewer, form: FormData) -> None:
    """Close a form with its button, or with the cross the whole stack."""
    await viewer.slack.close(_view(viewer, form), everything=form.get("everything") == "1")


HANDS = {
    "say": say,
    "shortcut": shortcut,
    "press": press,
    "typed": typed,
    "search": search,
    "submit": submit,
    "close": close,
}


def _view(viewer: Viewer, form: FormData) -> View:
    if viewer.modal is None or viewer.modal.id != form["target"]:
        raise NotOfferedError("This form is closed.")
    return viewer.modal


def _take(view: View, form: FormData) -> None:
    """Put what the page's fields hold into the view's; a field that is not in the form was not on the screen."""
    for (block_id, action_id), one in view.fields.items():
        name = f"{block_id} {action_id}"
        if f"has {name}" in form:
            one.hold([str(value).replace("\r\n", "\n") for value in form.getlist(name)])
