"""What a card, a line, a reply or a form says about a mail, a code to scan, or a reminder."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.events import Happened, Source
from bot.domain.links import Delivered
from bot.domain.orders import Delivery, Remind
from bot.slack.views.blocks import Look, code_to_scan, mail_link
from bot.slack.views.issue_form import issue_form
from bot.slack.views.link_reply import link_reply
from bot.slack.views.result_form import created_form

from .shelf import LOOK, NOW, event, facts, link, order, story

PAGE = "https://pay.example.com/p/token"
PICTURE = f"{PAGE}/qr.png"
MAIL = "mailto:kari@example.com?subject=249%2C00%20kr&body=https%3A%2F%2Fpay.example.com%2Fp%2Ftoken"
BY_MAIL = order(delivery=Delivery.EMAIL, phone=None, email="kari@example.com")
BY_CODE = order(delivery=Delivery.QR, phone=None)
NOBODY_SENT = link(known=facts(delivered=Delivered.NONE))


def delivery_cards():
    for delivered in (Delivered.ON_ITS_WAY, Delivered.SENT, Delivered.FAILED, Delivered.MAYBE, Delivered.NONE):
        yield f"by e-mail, {delivered}", story(link(known=facts(delivered=delivered)), of=BY_MAIL)
    yield "a code to scan", story(NOBODY_SENT, of=BY_CODE)
    for remind in (Remind.NUDGE, Remind.EMAIL):
        of = replace(BY_MAIL, remind=remind)
        yield f"reminder by {remind}", story(link(remind_at=NOW + timedelta(days=2)), of=of)
    stopped = event(Happened.REMINDERS_STOPPED)
    yield "reminders stopped", story(of=replace(BY_MAIL, remind=Remind.NUDGE), last=stopped)


def delivery_tellings():
    refused = "The mail server does not take mails for this address."
    for reminder in (0, 2):
        about = "reminder" if reminder else "mail"
        said = {"reason": refused, "reminder": reminder}
        yield f"{about} refused", story(of=BY_MAIL), event(Happened.NOT_DELIVERED, Source.AUTOMATIC, **said)
        maybe = event(Happened.MAYBE_SENT, Source.AUTOMATIC, reason=None, reminder=reminder)
        yield f"{about} in doubt", story(of=BY_MAIL), maybe
    yield "a code to scan", story(NOBODY_SENT, of=BY_CODE), event(Happened.QR_SHOWN, Source.AUTOMATIC)
    for name, left in (("two days", 50), ("an hour", 1)):
        ends = link(expires_at=NOW + timedelta(hours=left))
        yield f"seller reminded, {name} left", story(ends), event(Happened.NUDGED, Source.AUTOMATIC, n=1)
    yield "customer reminded", story(of=BY_MAIL), event(Happened.EMAILED, Source.AUTOMATIC, reminder=1)
    yield "reminders stopped", story(of=BY_MAIL), event(Happened.REMINDERS_STOPPED)


def delivery_replies():
    yield "show link, a mail to send", link_reply(story(of=BY_MAIL), link(), PAGE, NOW, LOOK, [mail_link(MAIL)])
    code = [code_to_scan(PICTURE, "4711")]
    yield "show link, a code to scan", link_reply(story(of=BY_CODE), link(), PAGE, NOW, LOOK, code)


def delivery_forms(draft):
    on_its_way = story(link(known=facts(delivered=Delivered.ON_ITS_WAY)), of=BY_MAIL)
    yield "created, mail on its way", created_form(on_its_way, PAGE, LOOK)
    yield "created, a mail to send", created_form(story(NOBODY_SENT, of=BY_MAIL), PAGE, LOOK, [mail_link(MAIL)])
    code = [code_to_scan(PICTURE, "4711")]
    yield "created, a code to scan", created_form(story(NOBODY_SENT, of=BY_CODE), PAGE, LOOK, code)
    again = replace(draft, expanded=True, remind=Remind.EMAIL, remind_opened=True)
    yield "issue, with a mail server", issue_form(again, currency="NOK", look=Look(mails=True), now=NOW)
