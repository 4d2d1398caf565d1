"""How long a save may take before a form says that it is not certain: the product's limits, and a busy machine's."""

import contextlib

import pytest

from bot.slack.listeners.saving import CLICK, SUBMIT

_LIMITS = {
    "issue_form.SUBMIT": SUBMIT,
    "change_form.SUBMIT": SUBMIT,
    "link_buttons.SUBMIT": SUBMIT,
    "link_buttons.CLICK": CLICK,
}
LONGER = 2.5
"""Seconds; Slack waits three."""


def patient():
    """A save may take as long as a busy machine needs."""
    return _limited(dict.fromkeys(_LIMITS, LONGER))


def strict():
    """A save that does not come to its end is given up as soon as in the product."""
    return _limited(_LIMITS)


@contextlib.contextmanager
def _limited(limits):
    with pytest.MonkeyPatch.context() as patch:
        for name, seconds in limits.items():
            patch.setattr(f"bot.slack.listeners.{name}", seconds)
        yield
