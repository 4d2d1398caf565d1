"""What the browser tests' bot imports first: a busy machine may take longer than a person, or Slack, would wait.

Slack waits longer too (`conftest.demo`). That the product keeps its limits is not what is seen in a browser.
"""

from bot.slack import people, threads
from bot.slack.listeners import change_form, issue_form, link_buttons, stacking

LONGER = 15.0
"""Seconds; Slack waits twenty."""

issue_form.SUBMIT = change_form.SUBMIT = link_buttons.SUBMIT = link_buttons.CLICK = LONGER
threads.SOMEBODY_WAITS = stacking.SOMEBODY_WAITS = people._PATIENCE = LONGER
