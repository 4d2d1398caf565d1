"""The form behind *Stop waiting*: what may still happen, before the buttons come back."""

from typing import Final

from bot.domain.actions import Action
from bot.domain.links import Link
from bot.domain.operations import Kind, Operation, State, noun
from bot.domain.stories import Story
from bot.slack import ids
from bot.slack.views import fields
from bot.slack.views.blocks import Block, Look, escape, modal, option, person, section
from bot.slack.views.release_form import SURE
from bot.slack.views.words import customer

_BEGUN: Final = "Dintero has begun {what}, asked for by {who}, and shows no end of it. *It may still be done.*"
_UNNAMED: Final = (
    "Dintero did not answer when {who} asked for {what}. An entry in its log may be that one, and does not say so. "
    "*It may have been done, or may still be.*"
)
_DEDUCTED: Final = (
    "Only the waiting ends: nothing is cancelled at Dintero. What it shows as in progress stays deducted from what can "
    "be captured or refunded here, until Dintero shows its end. Look at the payment in Backoffice first."
)


def stop_waiting_form(story: Story, link: Link, look: Look) -> Block:
    """What is waited for, what may still happen, and a box to tick."""
    operation = link.operation
    words = f"{escape(link.reference)} · Customer: {customer(story)}"
    if operation is not None:
        words = f"{words}\n{_what(operation, link, look)}\n{_deducted(operation)}"
    box: Block = {
        "type": "checkboxes",
        "action_id": ids.FIELD,
        "options": [option("I know that it may still be done", SURE)],
    }
    name = operation.name if operation else None
    metadata = ids.ButtonValue(link.id, link.version, 0, Action.STOP_WAITING, name).encode()
    blocks = [section(words), fields.field(ids.SURE, "Are you sure?", box)]
    return modal(
        "Stop waiting",
        blocks,
        callback_id=ids.VIEW_STOP_WAITING,
        metadata=metadata,
        submit="Stop waiting",
        close="Go back",
    )


def _what(operation: Operation, link: Link, look: Look) -> str:
    what = noun(operation.kind, operation.amount, link.currency, look.locale)
    words = _BEGUN if operation.state is State.ACCEPTED else _UNNAMED
    return words.format(what=what, who=person(operation.requested_by))


def _deducted(operation: Operation) -> str:
    return "Only the waiting ends: nothing is undone at Dintero." if operation.kind is Kind.CANCEL else _DEDUCTED
