"""Every error that Paylink raises on purpose.

PaylinkError
├── UserFacing              a sentence that a person can act on, and a short code for support
│   ├── FieldErrors         one sentence per wrong field of a form
│   └── Refused             this person may not, or this link cannot, do that now
│       └── NotYet          the same may be allowed a little later: a form keeps what was typed
├── ImpossibleReport        Dintero says something that no payment can do; logged loudly, changes nothing
├── NotOurs                 what was read belongs to another order
├── OperationOpen           the link has an open operation already
├── DraftUsed               the form was submitted before
├── Busy                    the link kept changing while something was to be noted on it
├── Unreadable              a stored row cannot be read
├── MailError               our mail did not go out, or nobody knows
│   ├── MailNotSent         provably not taken: it may be tried again
│   ├── MailRefused         refused for good, and here is the sentence
│   └── MailUnknown         the connection broke while it was handed over
└── GatewayError            a call to Dintero ended badly; a caller's only question is: may I try again?
    ├── NotSent             a write that provably was not done: yes
    ├── Declined            Dintero refused: no, and here is its reason
    ├── OutcomeUnknown      a write that may have been done: look first
    ├── Missing             a read answered 404
    ├── NotFollowed         the link is of an account that is not configured: not here
    ├── Unreachable         a read failed after its retries: later
    │   └── TooMany         a list is longer than anybody reads: ask for less
    └── NotUnderstood       what was read cannot be: nobody may act on what we hold
"""

from collections.abc import Mapping


class PaylinkError(Exception):
    """The root of all errors raised on purpose."""


class UserFacing(PaylinkError):
    """Something a person should read: cause and next step in one or two sentences, never a promise about money.

    `about` is the reference of the link it is about, as it was typed; None where no link is known.
    """

    def __init__(self, sentence: str, code: str, *, about: str | None = None) -> None:
        super().__init__(code)
        self.sentence = sentence
        self.code = code
        self.about = about


class FieldErrors(UserFacing):
    """A form that cannot be taken as it is. `fields` maps the field's name to its sentence."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("Some fields need another look.", "fields")
        self.fields = dict(fields)


class Refused(UserFacing):
    """The click is refused: the sentence says why and what to do instead."""


class NotYet(Refused):
    """Refused for the moment. A form stays open with all that was typed; the sentence says when to send it again."""


class ImpossibleReport(PaylinkError):
    """A pair of status and report that the table of moves does not know."""


class NotOurs(PaylinkError):
    """A session or transaction whose account, reference, currency or amount is not the link's."""


class OperationOpen(PaylinkError):
    """The link already has an open operation (the partial unique index said so)."""

    def __init__(self, requested_by: str) -> None:
        super().__init__("open operation")
        self.requested_by = requested_by


class DraftUsed(PaylinkError):
    """The draft was submitted before; `order_id` and `link_id` are what it made."""

    def __init__(self, order_id: str, link_id: str) -> None:
        super().__init__(order_id)
        self.order_id = order_id
        self.link_id = link_id


class Busy(PaylinkError):
    """The link kept changing, so nothing was kept: whoever asked may ask again."""


class Unreadable(PaylinkError):
    """A stored row cannot be read. The message names the row and nothing that stands in it."""


class MailError(PaylinkError):
    """The root of what sending a mail can end in. The message never holds personal data."""


class MailNotSent(MailError):
    """Provably not taken: no connection, or the server says "not now"."""


class MailRefused(MailError):
    """Refused for good. `sentence` says why in our own words: a server's may name the address."""

    def __init__(self, sentence: str) -> None:
        super().__init__("refused")
        self.sentence = sentence


class MailUnknown(MailError):
    """It was handed over and the connection broke before the server said whether it takes it."""


class GatewayError(PaylinkError):
    """The root of what a call to Dintero can end in. The message never holds personal data."""


class NotSent(GatewayError):
    """Provably not done: no connection, or refused before the work (401 twice, 429 for too long)."""


class Declined(GatewayError):
    """Dintero refused (400, 403, 404): provably not done. `sentence` is Dintero's own message, fit to show."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.sentence = sentence


class NotFollowed(GatewayError):
    """The link was made with another account than the configured one, or following it was ended."""


class Missing(GatewayError):
    """A read answered 404."""


class OutcomeUnknown(GatewayError):
    """A write ended without a trustworthy answer: 408, 409, 5xx, timeout, reset, unreadable body."""


class Unreachable(GatewayError):
    """A read failed after its retries."""


class TooMany(Unreachable):
    """A list has more pages than are read, or takes longer than anybody waits."""


class NotUnderstood(GatewayError):
    """Dintero answered, and it is another order's, impossible, or a word we do not know: what we hold may be old."""
