"""Ways of Slack's that are UNCONFIRMED, or that differ between workspaces: one switch each."""

from dataclasses import dataclass


@dataclass
class Ways:
    """How this workspace's Slack behaves; the defaults are the usual."""

    lost_parent_answer: str = "thread_not_found"
    """The error of a post in a thread whose first message was deleted; `cannot_reply_to_message` is another.

    Empty: Slack says nothing, and the post stands in the channel itself, without `thread_ts` in the answer
    (slack-go/slack#1571).
    """
    leaves_placeholders: bool = False
    """A deleted message with replies leaves a placeholder, whose thread goes on (Slack reference §10)."""
    response_url_refusal: int = 404
    """The status of a response_url that is used up, expired, or given what it does not take (Slack reference §7)."""
    fetches_pictures: bool = True
    """Slack's servers reach the addresses of pictures; else the whole message or view is refused (§9, §15)."""
    finds_deleted_permalinks: bool = False
    """`chat.getPermalink` answers for a message that was deleted."""
    enterprise_id: str = ""
    """The app is installed for a whole organisation: `auth.test` says its id in place of the workspace's (§14)."""
