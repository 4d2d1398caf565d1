"""What the browser tests' bot imports first: saving may take a busy machine longer than a form waits in the product."""

from bot.slack.listeners import change_form, issue_form, link_buttons

LONGER = 2.5
"""Seconds; Slack waits three."""

issue_form.SUBMIT = change_form.SUBMIT = link_buttons.SUBMIT = link_buttons.CLICK = LONGER
