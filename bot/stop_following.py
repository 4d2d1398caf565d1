"""`paylink stop-following`: says what would be left, asks for the account's name, and ends following its links."""

from collections.abc import Callable

from bot.clock import SystemClock
from bot.domain.accounts import links_in_words
from bot.domain.money import format_money
from bot.domain.readiness import SCHEMA_PROBLEMS
from bot.services.stop_following import FollowedLinks, StopFollowing
from bot.settings import Settings
from storage.engine import file_to_make, open_engine, opening
from storage.keys import unsealed
from storage.schema import state_of
from storage.store import SqlStore


async def ask_and_stop(settings: Settings, account: str, ask: Callable[[str], str]) -> str:
    """Stop following the account's links once its name was typed again; returns what was done, in words.

    `ask` puts a question to the person and returns what they typed.

    Raises:
        ValueError: with the reason when nothing was done.

    """
    if account == settings.dintero_account_id:
        raise ValueError(f"{account} is the account that Paylink uses. Set DINTERO_ACCOUNT_ID to the new one first.")
    engine = open_engine(settings.paylink_database_url)
    try:
        with opening(engine):
            state = "empty" if file_to_make(engine) else await state_of(engine)
            if state != "current":
                raise ValueError(SCHEMA_PROBLEMS[state])
            clock = SystemClock()
            store = SqlStore(engine, await unsealed(engine, settings.secret_keys), machine_now=clock.machine_now)
            stopping = StopFollowing(store=store, clock=clock)
            left = await stopping.links_of(account)
            if not left.ids:
                raise ValueError(f"No link of Dintero account {account} is followed.")
            if ask(_question(left, account, settings.paylink_locale)).strip() != account:
                raise ValueError("That is not the account's name, so nothing was changed.")
            for link_id in left.ids:
                await stopping.stop(link_id, account)
    finally:
        await engine.dispose()
    return f"{links_in_words(len(left.ids))} no longer followed. Cards and threads say so once paylink serve runs."


def _question(left: FollowedLinks, account: str, locale: str) -> str:
    reserved = " and ".join(
        format_money(amount, currency, locale) for currency, amount in sorted(left.reserved.items())
    )
    count = len(left.ids)
    return (
        f"{links_in_words(count)} of Dintero account {account} {'is' if count == 1 else 'are'} followed, with "
        f"{reserved or 'no money'} reserved.\n"
        "Paylink will not read them any more, nor capture, refund or cancel them. At Dintero they stay as they are: "
        "customers can still pay what is open. Look after them in that account's Backoffice.\n"
        f"Type {account} to end following them:"
    )
