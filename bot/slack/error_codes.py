"""What Slack's error codes mean for what is to be shown (Slack reference §10). The one table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Meaning(StrEnum):
    """What a refusal is about, and so what follows from it."""

    MESSAGE = "message"
    """What we drew, or a form that is gone: final for this message. Repeated it fails again."""
    CHANNEL = "channel"
    """The bot may not write there: another place may do."""
    THREAD = "thread"
    """The bot may write there, but not in that thread: the card alone shows it."""
    PERSON = "person"
    """The person cannot be reached: as without a direct message."""
    TARGET_GONE = "target_gone"
    """The message or its thread was deleted, or is not ours: posted anew, once."""
    NOT_EDITABLE = "not_editable"
    """The message stands and can no longer be changed."""
    RATE_LIMIT = "rate_limit"
    MAY_BE_DONE = "may_be_done"
    """Slack's own failure: the work may have been done in part."""
    CREDENTIALS = "credentials"
    """The token itself: retried, and over as soon as any call is taken."""
    ACCESS = "access"
    """The workspace, a scope, a pause, or a code that is not known here: retried, and nothing is lost."""


_CODES: Final[Mapping[Meaning, str]] = {
    Meaning.MESSAGE: """
        invalid_blocks invalid_blocks_format msg_too_long msg_blocks_too_long block_mismatch no_text metadata_too_large
        metadata_must_be_sent_from_app invalid_metadata_format invalid_metadata_schema invalid_arguments
        invalid_arg_name invalid_array_arg markdown_text_conflict too_many_attachments
        hash_conflict not_found view_not_found view_too_large invalid_trigger_id expired_trigger_id
        trigger_expired exchanged_trigger_id trigger_exchanged duplicate_external_id push_limit_reached
        used_url expired_url
    """,
    Meaning.CHANNEL: """
        not_in_channel channel_not_found is_archived is_inactive restricted_action restricted_action_read_only_channel
        restricted_action_thread_only_channel
    """,
    Meaning.THREAD: """
        restricted_action_non_threadable_channel restricted_action_thread_locked cannot_reply_to_message
    """,
    Meaning.PERSON: """
        user_disabled user_not_found user_not_visible user_not_in_channel cannot_dm_bot messages_tab_disabled
    """,
    Meaning.TARGET_GONE: "message_not_found thread_not_found cant_update_message",
    Meaning.NOT_EDITABLE: "edit_window_closed",
    Meaning.RATE_LIMIT: "ratelimited rate_limited",
    Meaning.MAY_BE_DONE: "fatal_error internal_error service_unavailable request_timeout",
    Meaning.CREDENTIALS: "invalid_auth not_authed token_revoked token_expired account_inactive",
    Meaning.ACCESS: """
        ekm_access_denied missing_scope not_allowed_token_type no_permission org_login_required
        team_access_not_granted team_added_to_org
        team_not_found accesslimited enterprise_is_restricted two_factor_setup_required access_denied
    """,
}
MEANINGS: Final[Mapping[str, Meaning]] = {code: meaning for meaning, codes in _CODES.items() for code in codes.split()}


def meaning_of(code: str) -> Meaning:
    """What `code` is about; a code that is not in the table may be about anything, so nothing is given up for it."""
    return MEANINGS.get(code, Meaning.ACCESS)
