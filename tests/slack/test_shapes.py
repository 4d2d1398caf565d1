"""What is none of Slack's payloads is refused before Bolt reads it."""

import pytest

from bot.slack.shapes import check_shape

VIEW = {"id": "V1", "type": "modal", "callback_id": "refund", "state": {"values": {}}}


def submission(view):
    return {"type": "view_submission", "user": {"id": "U1", "team_id": "T1"}, "view": view}


def test_a_submitted_modal_is_taken():
    check_shape(submission(VIEW))


@pytest.mark.parametrize("odd", [{"type": None}, {"type": "workflow_step"}, {"callback_id": None}, {"state": None}])
def test_a_submission_of_anything_but_a_modal_is_refused(odd):
    """Bolt reads the view's type, and fails where there is none (Slack reference §6)."""
    view = {name: value for name, value in (VIEW | odd).items() if value is not None}

    with pytest.raises(ValueError, match=next(iter(odd))):
        check_shape(submission(view))
