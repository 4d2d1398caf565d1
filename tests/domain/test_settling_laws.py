"""What holds for every payment whatever its story: repeated looks change nothing, older looks turn nothing back."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import Happened
from bot.domain.links import Status
from bot.domain.observations import Payment, Report
from bot.domain.operations import Kind
from bot.domain.settling import settle
from tests.domain.given import MINUTE, NOW, a_link, a_mark, a_payment, a_session, look

TOTAL = 250_00
STEPS = st.lists(st.tuples(st.sampled_from(["capture", "refund", "void"]), st.integers(1, TOTAL)), max_size=6)


def a_story(steps) -> list[Payment]:
    """A payment's states from its start, each what Dintero would show after one more step that it allows."""
    states = [a_payment(Report.PAYING), a_payment(Report.PENDING), a_payment()]
    captured = refunded = 0
    rest, marks = TOTAL, ()
    for step, amount in steps:
        if step == "capture" and rest:
            part = min(amount, rest)
            captured, rest = captured + part, rest - part
        elif step == "refund" and captured > refunded:
            part = min(amount, captured - refunded)
            refunded += part
        elif step == "void" and rest:
            part, rest = rest, 0
        else:
            continue
        marks = (*marks, a_mark(Kind(step), part, reference=None))
        report = Report.CAPTURED if captured else Report.VOIDED
        states.append(a_payment(report, captured, refunded, rest, marks=marks) if captured else voided(marks))
    return states


def voided(marks) -> Payment:
    return a_payment(Report.VOIDED, marks=marks)


STORIES = STEPS.map(a_story)


def follow(payments, link=None):
    """The link after a look at each, and all that was told."""
    link = link or a_link()
    news = []
    for payment in payments:
        settlement = settle(link, look(payment, a_session()), NOW)
        link = settlement.link
        news += settlement.news
    return link, news


def amounts(link):
    facts = link.facts
    return facts.captured, facts.refunded, facts.open_to_capture, facts.open_to_refund


@given(STORIES)
def test_settling_the_same_look_twice_changes_nothing_the_second_time(story):
    link = a_link()
    for payment in story:
        first = settle(link, look(payment, a_session()), NOW)
        second = settle(first.link, look(payment, a_session()), NOW + MINUTE)
        assert (second.link, second.news, second.changed) == (first.link, (), False)
        link = first.link


@given(STORIES, st.data())
def test_a_stale_read_never_turns_money_back(story, data):
    link, _ = follow(story)
    older = data.draw(st.sampled_from(story))

    settlement = settle(link, look(older, a_session()), NOW)

    assert settlement.link.status is link.status
    assert amounts(settlement.link) == amounts(link)
    assert settlement.news == ()


@given(STORIES, st.data())
def test_the_end_is_the_same_however_many_looks_were_missed(story, data):
    missed = data.draw(st.sets(st.integers(0, len(story) - 2))) if len(story) > 1 else set()
    seen = [payment for n, payment in enumerate(story) if n not in missed]

    all_seen, _ = follow(story)
    some_seen, _ = follow(seen)

    assert some_seen.status is all_seen.status
    assert amounts(some_seen) == amounts(all_seen)


@given(STORIES, st.data())
def test_every_minor_unit_is_told_exactly_once(story, data):
    """However the looks fall, what the thread told adds up to what was taken and returned."""
    missed = data.draw(st.sets(st.integers(0, len(story))))
    seen = [payment for n, payment in enumerate(story) if n not in missed] or story[-1:]

    link, news = follow(seen)

    taken = sum(one.data["amount"] for one in news if one.kind is Happened.CAPTURED)
    returned = sum(one.data["amount"] for one in news if one.kind is Happened.REFUNDED)
    assert (taken, returned) == (link.facts.captured, link.facts.refunded)


@given(STORIES)
def test_what_is_open_never_exceeds_what_was_reserved(story):
    link = a_link()
    for payment in story:
        link = settle(link, look(payment), NOW).link
        captured, refunded, capture, refund = amounts(link)
        assert 0 <= refunded <= captured
        assert captured + capture <= TOTAL
        assert refund == captured - refunded


@given(STORIES, st.sampled_from([Status.EXPIRED, Status.CANCELLED, Status.FAILED]))
def test_late_money_stays_late_until_it_is_gone(story, status):
    link = a_link(status)
    for payment in story:
        link = settle(link, look(payment), NOW).link
        assert link.facts.late is (link.status is Status.PENDING or link.holds_money)


@given(STORIES)
def test_a_version_is_only_spent_on_what_people_can_see(story):
    link = a_link()
    for payment in story:
        settlement = settle(link, look(replace(payment, seen="other"), a_session()), NOW)
        again = settle(settlement.link, look(payment, a_session()), NOW)
        assert not again.changed
        link = again.link
