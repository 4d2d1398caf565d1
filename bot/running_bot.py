"""What the bot that serves has noticed: asked at its public address, and read from its database."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import httpx
from slack_sdk.signature import SignatureVerifier
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.accounts import still_followed
from bot.domain.signatures import Sender, SignatureHistory, last_requests, signature_problem
from bot.doors import expected_signatures
from bot.finding import Finding
from bot.outbound import http_client
from bot.services.signature_checks import SIGNATURES_TASK, read_histories
from bot.settings import Settings
from bot.slack.door import CHECKS_OWN
from storage.accounts import followed_accounts
from storage.engine import disposed, file_to_make, open_engine, opening
from storage.schema import state_of
from storage.tasks import kept_cursor

_ABOUT: Final = {
    Sender.SLACK: "requests from Slack",
    Sender.CALLBACK: "callbacks from Dintero",
    Sender.WEBHOOK: "webhooks from Dintero",
}
_NONE_YET: Final = {
    Sender.SLACK: "not proven yet: type /paylink help in Slack",
    Sender.CALLBACK: "none came yet: the first comes when a customer pays",
    Sender.WEBHOOK: "none came yet: the first comes when a customer pays",
}
_TIMEOUT: Final = 5
"""Seconds for an answer of the bot's."""
_FAILURES: Final = (httpx.HTTPError, LookupError, ValueError, TypeError, AttributeError)
"""What reading an answer raises that is not a bot's."""


async def ask_running_bot(settings: Settings, why_unreachable: Callable[[BaseException], str | None]) -> list[Finding]:
    """What is wrong by its own account, and when the requests that it takes last came.

    `why_unreachable` says it in words, or None when something answers.
    """
    about = "PAYLINK_PUBLIC_URL"
    signed = await _signed_requests(settings)
    try:
        report = await _report(settings.paylink_public_url)
        well, words = True, "the bot answers there"
        problems = [Finding("paylink serve", well=False, words=each) for each in _proven(report)]
    except _FAILURES as problem:
        why = why_unreachable(problem) or "what answers there is not Paylink"
        words = f"no bot answers there ({why}). If paylink serve is running, look at the proxy; otherwise start it."
        well, problems = None, []
    shown = {each.words for each in signed}
    return [Finding(about, well, words), *signed, *(each for each in problems if each.words not in shown)]


async def _report(public_url: str) -> dict[str, Any]:
    async with http_client(public_url) as http:
        report: dict[str, Any] = (await http.get(f"{public_url}/health/ready", timeout=_TIMEOUT)).json()
    return report


def _proven(report: dict[str, Any]) -> list[str]:
    """The problems that no stranger can have caused from outside, in the bot's own words."""
    of_strangers = {str(each) for each in report["unproven"]}
    lost = int(report["counts"].get("log_lines_lost", 0))
    lines = f"{lost} line{'s' * (lost != 1)} could not be written. Look at where the output of paylink serve goes."
    return [str(each) for each in report["problems"] if str(each) not in of_strangers] + [lines] * (lost > 0)


async def _signed_requests(settings: Settings) -> list[Finding]:
    kept = await _in_database(settings, lambda engine: kept_cursor(engine, SIGNATURES_TASK))
    histories = read_histories(kept)
    findings = []
    for sender in Sender:
        if sender in expected_signatures(settings):
            findings.append(_finding(sender, histories.get(sender, SignatureHistory())))
    way, refused = await _way_in(settings)
    slack = findings[0]
    return [Finding(slack.about, False if refused else slack.well, f"{slack.words}{way}"), *findings[1:]]


def _finding(sender: Sender, history: SignatureHistory) -> Finding:
    """It fails where the sender itself was refused, or where nothing of its was ever accepted.

    A stranger's requests, among those that are accepted, only make it uncertain.
    """
    about, problem = _ABOUT[sender], signature_problem(sender, history)
    if problem is not None:
        by_stranger = problem.unproven and history.accepted_at is not None
        return Finding(about, None if by_stranger else False, problem.words)
    if history.accepted_at is not None:
        return Finding(about, well=True, words=last_requests(history))
    refused = last_requests(history)
    return Finding(about, well=None, words=_NONE_YET[sender] + (f" ({refused})" if refused else ""))


async def other_accounts(settings: Settings) -> list[Finding]:
    """That links of another account are still followed, if any are: the bot does not start then."""
    followed = await _in_database(settings, followed_accounts)
    sentence = still_followed(followed or {}, settings.dintero_account_id)
    return [Finding("DINTERO_ACCOUNT_ID", well=False, words=sentence)] if sentence else []


T = TypeVar("T")


async def _in_database(settings: Settings, read: Callable[[AsyncEngine], Awaitable[T]]) -> T | None:
    """What `read` finds; None where there is no database that can be read: another finding says so."""
    try:
        async with disposed(open_engine(settings.paylink_database_url)) as engine:
            with opening(engine):
                there = not file_to_make(engine) and await state_of(engine) == "current"
                return await read(engine) if there else None
    except ValueError:
        return None


async def _way_in(settings: Settings) -> tuple[str, bool]:
    """What became of a request that we sign ourselves, in words, and whether the bot refused it."""
    url = f"{settings.paylink_public_url}/slack/events"
    body, stamp = f'{{"type": "{CHECKS_OWN}"}}', str(int(time.time()))
    verifier = SignatureVerifier(settings.slack_signing_secret.get_secret_value())
    signature = verifier.generate_signature(timestamp=stamp, body=body) or ""
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
    }
    try:
        async with http_client(url) as http:
            answer = await http.post(url, content=body, headers=headers, timeout=_TIMEOUT)
    except (httpx.HTTPError, ValueError):
        return "", False
    if answer.status_code == 200 and answer.text == CHECKS_OWN:
        return f". A request that check signed itself was accepted: that proves only the way to {url}", False
    if answer.status_code == 401:
        causes = "it runs with another SLACK_SIGNING_SECRET, a proxy drops the headers, or the clocks differ"
        return f". A request that check signed itself was refused at {url}: {causes}", True
    return "", False
