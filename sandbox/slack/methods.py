"""What the Web API methods and response URLs do, and what they refuse (Slack reference §7, §8, §10)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from . import blocks as kit
from .model import Channel, Message, View
from .profiles import LEFT_OUT, Outsiders, profile
from .state import Hook, RefusedError, State

Args = dict[str, Any]
ALWAYS_TAKEN = {"team_id"}  # Bolt's clients say it with every call


@dataclass(frozen=True)
class Method:
    """A Web API method: its scope, the arguments it needs and those it takes besides."""

    scope: str
    needs: set[str]
    takes: set[str]
    work: Callable[[State, Args], Args]


METHODS: dict[str, Method] = {}


def method(name: str, needs: str = "", takes: str = "", scope: str = "") -> Callable[..., Any]:
    """Register a function as a Web API method."""

    def register(work: Callable[[State, Args], Args]) -> Callable[[State, Args], Args]:
        METHODS[name] = Method(scope, set(needs.split()), set(takes.split()), work)
        return work

    return register


def conversation(ws: State, args: Args) -> Channel:
    """The channel of a call, by id only; a private one exists for its members (Slack reference §10)."""
    channel = ws.channels.get(args["channel"])
    if channel is None or (channel.kind == "dm" and not channel.bot):
        raise RefusedError("channel_not_found")
    if channel.kind == "private" and not channel.bot:
        raise RefusedError(ws.private_channel_answer)
    return channel


def body(ws: State, args: Args, text_limit: int | None = None) -> tuple[str, list[Any]]:
    """Text and blocks of a message, checked (Slack reference §9, §10)."""
    text, blocks = args.get("text") or "", args.get("blocks") or []
    if not isinstance(blocks, list) or not isinstance(text, str):
        raise RefusedError("invalid_blocks_format")
    if args.get("attachments"):
        raise RefusedError("invalid_attachments")
    if not text and not blocks:
        raise RefusedError("no_text")
    if text_limit and kit.length(text) > text_limit:
        raise RefusedError("msg_too_long")
    if problems := kit.wrong_in_message(blocks):
        raise RefusedError("invalid_blocks", *problems)
    if kit.text_sum(blocks) > kit.MESSAGE_TEXT:
        raise RefusedError("msg_blocks_too_long")
    if problems := unfetched(ws, blocks, ""):
        raise RefusedError("invalid_blocks", *problems)
    return text, blocks


def unfetched(ws: State, blocks: list[Any], at: str) -> list[str]:
    """What Slack says of pictures that its servers cannot fetch (slackapi/python-slack-sdk#1782)."""
    pictures = [] if ws.ways.fetches_pictures else [n for n, block in enumerate(blocks) if "image_url" in block]
    return [f"[ERROR] downloading image failed [json-pointer:{at}/blocks/{n}/image_url]" for n in pictures]


def metadata(args: Args) -> Args | None:
    """Message metadata, checked (Slack reference §15)."""
    given = args.get("metadata")
    if given is None:
        return None
    right = isinstance(given, dict) and set(given) == {"event_type", "event_payload"}
    if not right or not isinstance(given["event_type"], str) or not isinstance(given["event_payload"], dict):
        raise RefusedError("invalid_metadata_format")
    if kit.size(given) > 8000:
        raise RefusedError("metadata_too_large")
    return given


MESSAGE = "text blocks attachments metadata unfurl_links unfurl_media mrkdwn parse link_names"


@method("chat.postMessage", "channel", f"{MESSAGE} thread_ts reply_broadcast", "chat:write")
def post_message(ws: State, args: Args) -> Args:
    """Post into a channel (Slack reference §10)."""
    channel = conversation(ws, args)
    if channel.archived:
        raise RefusedError("is_archived")
    if not channel.bot and "chat:write.public" not in ws.scopes:
        raise RefusedError("not_in_channel")
    text, blocks = body(ws, args)
    more = {"thread_ts": thread_of(ws, channel, args), "metadata": metadata(args)}
    more["broadcast"] = truth(args.get("reply_broadcast"))
    message = ws.post(channel, "UBOT", text, blocks, **more)
    return {"channel": channel.id, "ts": message.ts, "message": message.snapshot()}


def thread_of(ws: State, channel: Channel, args: Args) -> str | None:
    """The thread that a post goes to (Slack reference §10); none for one that is lost without a word."""
    thread_ts: str | None = args.get("thread_ts")
    if not thread_ts:
        return None
    if channel.refuses_threads:
        raise RefusedError(channel.refuses_threads)
    parent = channel.message(thread_ts)
    if parent is None and not ws.ways.lost_parent_answer:
        return None
    if parent is None or parent.thread_ts:
        raise RefusedError(ws.ways.lost_parent_answer or "thread_not_found")
    return thread_ts


@method("chat.delete", "channel ts", scope="chat:write")
def delete(ws: State, args: Args) -> Args:
    """Take a message of ours away (Slack reference §10)."""
    channel = conversation(ws, args)
    message = channel.message(args["ts"])
    if message is None:
        raise RefusedError("message_not_found")
    if message.user != "UBOT":
        raise RefusedError("cant_delete_message")
    ws.forget(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.update", "channel ts", f"{MESSAGE} reply_broadcast", "chat:write")
def update(ws: State, args: Args) -> Args:
    """Replace a message of ours (Slack reference §10)."""
    channel = conversation(ws, args)
    if channel.archived:
        raise RefusedError("is_inactive")
    message = channel.message(args["ts"])
    if message is None:
        raise RefusedError("message_not_found")
    if message.user != "UBOT":
        raise RefusedError("cant_update_message")
    text, blocks = body(ws, args, text_limit=4000)
    message.metadata = metadata(args) or message.metadata
    change(ws, message, text, blocks)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": message.snapshot()}


def change(ws: State, message: Any, text: str, blocks: list[Any]) -> None:
    """Put new text and blocks into a message; text alone removes the blocks (Slack reference §10)."""
    message.text, message.blocks = text, ws.with_ids(blocks)
    if isinstance(message, Message):
        message.edits, message.edited = message.edits + 1, not blocks


@method("chat.postEphemeral", "channel user", f"{MESSAGE} thread_ts", "chat:write")
def post_ephemeral(ws: State, args: Args) -> Args:
    """Show a message to one member of a channel the bot is in (Slack reference §10)."""
    channel = conversation(ws, args)
    if channel.archived or not channel.bot:
        raise RefusedError("is_archived" if channel.archived else "not_in_channel")
    if args["user"] not in channel.members:
        raise RefusedError("user_not_in_channel")
    text, blocks = body(ws, args)
    one = ws.whisper(channel, ws.people[args["user"]], text, blocks, "postEphemeral")
    one.thread_ts = args.get("thread_ts")
    return {"message_ts": one.ts}


@method("chat.getPermalink", "channel message_ts")
def permalink(ws: State, args: Args) -> Args:
    """The address of a message in Slack (Slack reference §10)."""
    channel = conversation(ws, args)
    message = channel.message(args["message_ts"])
    if message is None and not ws.ways.finds_deleted_permalinks:
        raise RefusedError("message_not_found")
    link = f"https://shop.slack.com/archives/{channel.id}/p{args['message_ts'].replace('.', '')}"
    if message and message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def checked_view(ws: State, args: Args) -> Args:
    """The view of a call, checked (Slack reference §8)."""
    if problems := kit.wrong_in_view(args["view"]) or unfetched(ws, args["view"]["blocks"], "/view"):
        raise RefusedError("invalid_arguments", *problems)
    if kit.size(args["view"]) > 250_000:
        raise RefusedError("view_too_large")
    return args["view"]


def _unique(ws: State, content: Args, own: View | None = None) -> Args:
    name = content.get("external_id")
    taken = (one for one in ws.views.values() if not one.closed and one is not own)
    if name and any(one.content.get("external_id") == name for one in taken):
        raise RefusedError("duplicate_external_id")
    return content


@method("views.open", "trigger_id view")
def views_open(ws: State, args: Args) -> Args:
    """Open a modal with a fresh trigger (Slack reference §7, §8)."""
    content = _unique(ws, checked_view(ws, args))
    return {"view": ws.show_view(content, ws.use_trigger(args["trigger_id"]).person).payload()}


@method("views.push", "trigger_id view")
def views_push(ws: State, args: Args) -> Args:
    """Put a view on top of the one the trigger came from (Slack reference §8)."""
    content = _unique(ws, checked_view(ws, args))
    trigger = ws.use_trigger(args["trigger_id"])
    if trigger.view is None or trigger.view.closed:
        raise RefusedError("invalid_trigger_id" if trigger.view is None else "not_found")
    return {"view": ws.show_view(content, trigger.person, trigger.view).payload()}


@method("views.update", "view", "view_id external_id hash")
def views_update(ws: State, args: Args) -> Args:
    """Replace an open view, if the hash is still its own (Slack reference §8)."""
    key, name = args.get("view_id"), args.get("external_id")
    still_open = (one for one in ws.views.values() if not one.closed)
    view = next((one for one in still_open if key == one.id or (name and name == one.content.get("external_id"))), None)
    if view is None:
        raise RefusedError("not_found")
    if args.get("hash") not in {None, view.hash}:
        raise RefusedError("hash_conflict")
    ws.change_view(view, _unique(ws, checked_view(ws, args), view))
    return {"view": view.payload()}


@method("conversations.open", "users", "return_im prevent_creation", "im:write")
def conversations_open(ws: State, args: Args) -> Args:
    """The D id for messages to one person; for several Slack wants mpim:write."""
    ids = args["users"].split(",")
    if len(ids) > 1:
        raise RefusedError("missing_scope", needed="mpim:write", provided=",".join(sorted(ws.scopes)))
    if ids[0] not in ws.people:
        raise RefusedError("user_not_found")
    return {"channel": {"id": ws.dm(ws.people[ids[0]]).id}}


@method("conversations.info", "channel", "include_locale include_num_members")
def conversations_info(ws: State, args: Args) -> Args:
    """Facts about a channel; the scope depends on its kind (Slack reference §14)."""
    channel = conversation(ws, args)
    _scope(ws, {"public": "channels:read", "private": "groups:read", "dm": "im:read"}[channel.kind])
    shared = any(ws.people[one].stranger for one in channel.members)
    kind = {"is_private": channel.kind != "public", "is_im": channel.kind == "dm", "is_ext_shared": shared}
    facts = {"id": channel.id, "name": channel.name, "is_archived": channel.archived, "is_member": channel.bot}
    return {"channel": facts | kind}


@method("users.info", "user", "include_locale", "users:read")
def users_info(ws: State, args: Args) -> Args:
    """Facts about a person; strangers have no locale (Slack reference §13)."""
    person = ws.people.get(args["user"])
    if person is None:
        raise RefusedError("user_not_found")
    if person.stranger and ws.outsiders_said == Outsiders.HIDDEN:
        raise RefusedError("user_not_visible")
    facts = profile(person, ws.outsiders_said) | ws.said_instead.get(person.id, {})
    with_locale = truth(args.get("include_locale")) and not person.stranger
    said = facts | ({"locale": person.locale} if with_locale else {})
    return {"user": {key: value for key, value in said.items() if value is not LEFT_OUT}}


@method("auth.test")
def auth_test(ws: State, _args: Args) -> Args:
    """Who the bot is."""
    who = {"url": "https://shop.slack.com/", "team": "shop", "team_id": ws.ways.enterprise_id or ws.team_id}
    who |= {"enterprise_id": ws.ways.enterprise_id} if ws.ways.enterprise_id else {}
    return who | {
        "user": "paylink",
        "user_id": "UBOT",
        "bot_id": "B1",
        "is_enterprise_install": bool(ws.ways.enterprise_id),
    }


def truth(value: Any) -> bool:
    """A boolean as JSON, a query or a form writes it."""
    return value in {True, "1", "true"}


def _scope(ws: State, needed: str) -> None:
    if needed and needed not in ws.scopes:
        raise RefusedError("missing_scope", needed=needed, provided=",".join(sorted(ws.scopes)))


def perform(ws: State, name: str, args: Args, token: str) -> Args:
    """Decide one call: who, how often, may they, is it right; then do it."""
    if token != ws.bot_token:
        raise RefusedError("invalid_auth" if token else "not_authed")
    if name not in METHODS:
        raise RefusedError("unknown_method", req_method=name)
    if wait := ws.limits.wait(name, str(args.get("channel")), ws.clock().timestamp()):
        raise RefusedError("ratelimited", retry_after=wait)
    spec = METHODS[name]
    _scope(ws, spec.scope)
    problems = [f"[ERROR] missing required field: {key}" for key in sorted(spec.needs - set(args))]
    problems += [
        f"[ERROR] unknown argument: {key}" for key in sorted(set(args) - spec.needs - spec.takes - ALWAYS_TAKEN)
    ]
    if problems:
        raise RefusedError("invalid_arguments", *problems)
    return spec.work(ws, args)


def respond(ws: State, hook: Hook | None, args: Args) -> None:
    """What a POST to a response_url does (Slack reference §7); no membership and no scope is needed."""
    if hook is None:
        raise RefusedError("invalid_url")
    if ws.clock() - hook.born > timedelta(minutes=30):
        raise RefusedError("expired_url")
    if hook.uses >= 5:
        raise RefusedError("used_url")
    hook.uses += 1
    if hook.clicked and "replace_original" not in args and "delete_original" not in args:
        ws.complaints.append("response_url: replace_original is not said, its default differs by place")
    there = hook.original and ws.is_there(hook.original)
    if truth(args.get("delete_original")) and there:
        ws.forget(hook.original)
        return
    text, blocks = body(ws, args)
    if truth(args.get("replace_original")) and there:
        change(ws, hook.original, text, blocks)
    elif args.get("response_type") == "in_channel":
        ws.post(hook.channel, "UBOT", text, blocks, thread_ts=args.get("thread_ts"))
    else:
        ws.whisper(hook.channel, hook.person, text, blocks, "response_url").thread_ts = args.get("thread_ts")
