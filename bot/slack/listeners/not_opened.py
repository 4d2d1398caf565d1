"""What a person is told when Slack did not open their form."""

from typing import Final

from bot.services.ports.threads import Rejected, SlackDown, ThreadError, Throttled
from bot.slack.views.blocks import escape

_SPENT: Final = frozenset({"exchanged_trigger_id", "trigger_exchanged"})
_TOO_LATE: Final = frozenset({"expired_trigger_id", "trigger_expired", "invalid_trigger_id"})


def not_opened(error: ThreadError, again: str) -> str | None:
    """The cause and the next step, in mrkdwn; None when the form is there, because Slack sent the same click twice.

    `again` is the step where the same may work a moment later: "Press the button again."
    """
    match error:
        case Rejected() if str(error) in _SPENT:
            return None
        case Rejected() if str(error) not in _TOO_LATE:
            return f"Slack did not take the form ({escape(str(error))}). Tell the person who runs Paylink."
        case Throttled():
            return f"Slack asks Paylink to wait {error.seconds:g} seconds, so the form was not opened. {again}"
        case SlackDown() if error.why:
            why = escape(error.why)
            return f"Slack refuses Paylink's calls ({why}), so no form opens. Tell the person who runs Paylink."
        case SlackDown() if error.doubtful:
            return f"Slack did not say whether the form opened. If it is not there: {again}"
    return f"Slack did not open the form in time. {again}"
