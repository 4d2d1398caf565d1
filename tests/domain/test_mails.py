"""When a mail may go out, and for how long one that is not taken is tried."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.contacts import mask_email
from bot.domain.links import Facts, Status
from bot.domain.mails import Fit, Mail, MailState, fit, next_try
from bot.domain.operations import Kind, State
from tests.slack.shelf import story

from .given import NOW, a_link, an_operation, reserved, taken

MAIL = Mail(id="m", link_id="l", n=0, state=MailState.WANTED, wanted_at=NOW)


@pytest.mark.parametrize(
    ("link", "fate"),
    [
        (a_link(), Fit.SEND),
        (a_link(operation=an_operation(Kind.CANCEL, State.WANTED, 0)), Fit.WAIT),
        (a_link(url=None), Fit.WAIT),
        (a_link(Status.CANCELLED), Fit.DROP),
        (a_link(expires_at=NOW), Fit.DROP),
        (a_link(facts=Facts(reported_at=NOW)), Fit.DROP),
        (a_link(replaced=True), Fit.DROP),
        (reserved(), Fit.DROP),
    ],
)
def test_a_mail_goes_out_only_while_its_page_can_be_paid(link, fate):
    assert fit(story(link), link, NOW) is fate


def test_nobody_is_asked_by_mail_to_pay_twice():
    older = replace(taken(), id="older", replaced=True)
    newer = a_link(n=2)

    assert fit(story(older, newer), newer, NOW) is Fit.DROP


def test_it_is_tried_ever_more_rarely_for_an_hour_and_no_longer():
    now, mail, pauses = NOW, MAIL, []
    while (at := next_try(mail, now)) is not None:
        pauses.append((at - now).total_seconds())
        now, mail = at, replace(mail, tries=mail.tries + 1)

    assert pauses == sorted(pauses)
    assert pauses[0] == 15
    assert timedelta(minutes=45) < now - NOW <= timedelta(hours=1)


def test_an_address_is_masked_so_that_only_who_knows_it_knows_it():
    assert mask_email("kari.nordmann@fjord.example.no") == "k•••@f•••.no"
