"""The list endpoints: filters, order and pages (Dintero reference §5.1, §6)."""

import hashlib
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from starlette.datastructures import QueryParams

from sandbox.dintero.payments import STATUSES
from sandbox.dintero.rules import Json, RefusedError, moment
from sandbox.dintero.switches import Switches

EQUAL = {"id", "status", "session_id", "merchant_reference", "merchant_reference_2", "currency"}
EQUAL |= {"payment_product", "payment_product_type", "channel", "payment_operation"}
TIMES = ("created_at", "captured_at", "refunded_at")
PAGING = {"limit", "starting_after"}
TRANSACTION_FILTERS = (
    EQUAL | PAGING | {"search", "includes"} | {f"{name}.{end}" for name in TIMES for end in ("gte", "lte")}
)
SESSION_FILTERS = {"id", "search", "transaction_id", "created_at.gte", "created_at.lte"} | PAGING

Test = Callable[[Json], bool]


def transactions(all_of: Iterable[Json], query: QueryParams, switches: Switches, now: datetime) -> list[Json]:
    """One page of `GET /transactions`; a filter nobody knows is refused rather than ignored."""
    _known(query, TRANSACTION_FILTERS)
    if wrong := set(query.getlist("status")) - STATUSES:
        raise RefusedError(400, f"Unknown status {sorted(wrong)}")
    tests: list[Test] = [_one_of(key, _heeded(query.getlist(key), switches)) for key in EQUAL if key in query]
    tests += [_between(name, query) for name in TIMES]
    tests += [_has_arrived(switches, now)]
    tests += [_search(query, lambda tx: [tx["id"], tx["session_id"], *_references(tx)])]
    found = [tx for tx in all_of if all(test(tx) for test in tests)]
    page = _page(found, all_of, query, switches, switches.list_page)
    return [only_successful(tx) for tx in page] if "events.success.true" in query.getlist("includes") else page


def sessions(all_of: Iterable[Json], query: QueryParams, switches: Switches, now: datetime) -> list[Json]:
    """One page of `GET /sessions`, which exists unofficially if at all."""
    _known(query, SESSION_FILTERS)
    tests = [_one_of(key, query.getlist(key)) for key in ("id", "transaction_id") if key in query]
    tests += [_between("created_at", query), _search(query, lambda one: _references(one["order"]))]
    tests += [_has_arrived(switches, now)]
    page = _page([one for one in all_of if all(test(one) for test in tests)], all_of, query, switches)
    if switches.sessions_listed == "ids":
        return [{"id": one["id"], "created_at": one["created_at"]} for one in page]
    hidden = set() if switches.sessions_listed == "whole" else {"events"}
    return [{key: value for key, value in one.items() if key not in hidden} for one in page]


def only_successful(tx: Json) -> Json:
    """The transaction with its successful events (`includes=events.success.true`)."""
    return tx | {"events": [event for event in tx["events"] if event["success"]]}


def _known(query: QueryParams, filters: Collection[str]) -> None:
    if unknown := set(query.keys()) - set(filters):
        raise RefusedError(400, f"Unknown parameter {sorted(unknown)}")


def _one_of(key: str, wanted: Collection[str]) -> Test:
    return lambda one: one.get(key) in wanted


def _heeded(ids: list[str], switches: Switches) -> list[str]:
    """The values of a repeated filter that count."""
    return {"first": ids[:1], "last": ids[-1:], "first_ten": ids[:10]}.get(switches.repeated_ids, ids)


def _has_arrived(switches: Switches, now: datetime) -> Test:
    """Lists may show late what exists (Dintero reference §5.1, §6)."""
    return lambda one: moment(one["created_at"]) <= now - timedelta(seconds=switches.list_lag)


def _references(order: Json) -> list[str]:
    return [order[key] for key in ("merchant_reference", "merchant_reference_2") if key in order]


def _search(query: QueryParams, texts: Callable[[Json], list[str]]) -> Test:
    wanted = query.get("search")
    return lambda one: wanted is None or wanted in texts(one)


def _between(name: str, query: QueryParams) -> Test:
    """created_at of the object, or of its successful captures or refunds."""
    try:
        low, high = (moment(query[key]) if (key := f"{name}.{end}") in query else None for end in ("gte", "lte"))
    except ValueError:
        raise RefusedError(400, f"{name} is no ISO 8601 time") from None
    kind = {"captured_at": "CAPTURE", "refunded_at": "REFUND"}.get(name)

    def test(one: Json) -> bool:
        events = (e["created_at"] for e in one["events"] if kind and e["event"] == kind and e["success"])
        times = map(moment, events if kind else [one["created_at"]])
        return (low is None and high is None) or any((not low or low <= t) and (not high or t <= high) for t in times)

    return test


def _page(
    found: list[Json], all_of: Iterable[Json], query: QueryParams, switches: Switches, most: int = 100
) -> list[Json]:
    """`limit` elements after `starting_after`, whose place holds even if a filter no longer finds it."""
    limit = query.get("limit", "10")
    if not limit.isdigit() or not 1 <= int(limit) <= 100:
        raise RefusedError(400, "limit must be between 1 and 100")
    ranks = {one["id"]: at for at, one in enumerate(all_of)}
    if switches.list_order == "shuffled":
        ranks = {name: int(hashlib.sha256(name.encode()).hexdigest(), 16) for name in ranks}
    elif switches.list_order == "newest":
        ranks = {name: -rank for name, rank in ranks.items()}
    found.sort(key=lambda one: ranks[one["id"]])
    after = query.get("starting_after")
    if after is not None:
        if after not in ranks:
            raise RefusedError(400, "Unknown starting_after")
        found = [one for one in found if ranks[one["id"]] > ranks[after]]
    return found[: min(int(limit), most)]
