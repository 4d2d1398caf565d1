"""What nobody could confirm about Dintero, one switch each (Dintero reference §19)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from sandbox.dintero.odd_fields import OddFields


@dataclass(frozen=True)
class Switches:
    """Each default is the harsher of the readings; a story that matters runs under both.

    The sentence beside each type is for whoever turns the switch on the sandbox's page.
    """

    list_order: Annotated[
        Literal["newest", "oldest", "shuffled"],
        "Order of GET /transactions and GET /sessions (§6); shuffled is arbitrary but the same on every page.",
    ] = "shuffled"
    list_lag: Annotated[
        float, "Seconds until a new transaction or session shows up in lists (§5.1, §6); 0: any number is a guess."
    ] = 0.0
    repeated_ids: Annotated[
        Literal["all", "first", "last", "first_ten"],
        "How many of the ids repeated in one question GET /transactions heeds (§12, §19.4).",
    ] = "all"
    odd_fields: Annotated[
        OddFields, "Transactions and sessions come with fields of types that are not documented (§5, §6, §18)."
    ] = "none"
    gift_card_lowers: Annotated[
        Literal["transaction", "session"],
        "A gift card lowers the amount of the transaction alone, or of the session's order as well (§4.2).",
    ] = "transaction"
    get_after_expiry: Annotated[
        Literal[200, 404], "What GET /sessions/{id} answers once expires_at has passed (§5)."
    ] = 404
    retries_resigned: Annotated[
        bool, "A repeated callback is signed with a new t; otherwise it arrives with its old one (§9.1)."
    ] = False
    cancel_calls_back: Annotated[bool, "A cancel by API also calls back with error=cancelled (§5.3)."] = True
    failed_events_carry_reference: Annotated[
        bool, "A failed event echoes capture_reference or refund_reference as event_reference (§8.2)."
    ] = False
    initiate_events_carry_reference: Annotated[
        bool, "An INITIATE_* event echoes capture_reference or refund_reference as event_reference (§6, §8.2)."
    ] = False
    override: Annotated[
        Literal["merges", "replaces"],
        "The configuration of a session is merged into its profile, or replaces the profile's methods (§4.5).",
    ] = "merges"
    wallet_link_life: Annotated[
        float,
        "Seconds after which a push or an app link is dead in the wallet, whatever the session's deadline; 0 is never "
        "(§4.5; Vipps itself says 600).",
    ] = 0.0
    session_search: Annotated[bool, "GET /sessions exists (§5.1); otherwise a plain 404."] = False
    sessions_listed: Annotated[
        Literal["ids", "without_events", "whole"],
        "What elements of GET /sessions hold: id and created_at, all but the events, or everything (§5.1).",
    ] = "ids"
    auto_capture_calls_back: Annotated[
        Literal["authorized", "captured"], "When the callback of an auto-captured payment is sent (§4.5)."
    ] = "captured"
    auto_capture_ignored: Annotated[
        bool, "The account's auto-capture was never enabled by support: the flag does nothing (§4.5)."
    ] = True
    sandbox_publish_status: Annotated[
        Literal["sent", "skipped", "failed"], "publish[].status on a T account, which never sends an SMS (§2, §4.10)."
    ] = "skipped"
    void_rest: Annotated[
        Literal["CAPTURED", "PARTIALLY_CAPTURED"], "Status after the rest of a part capture was voided (§7)."
    ] = "PARTIALLY_CAPTURED"
    read_lag: Annotated[
        float,
        "Seconds for which GET /transactions, by id and in lists, shows a transaction as it was before a change, and "
        "a new one not at all (§6).",
    ] = 0.0
    status_lag: Annotated[
        float, "Seconds for which a transaction's status stays as it was while its log shows a change already (§6, §7)."
    ] = 0.0
    log_lag: Annotated[
        float, "Seconds for which a transaction's log stays as it was while its status shows a change already (§6, §7)."
    ] = 0.0
    log_entries: Annotated[
        Literal["once", "twice"], "Each entry of a transaction's log comes once, or once more with the same id (§6)."
    ] = "once"
    updated_at_moves: Annotated[
        bool, "updated_at of a transaction moves with each change; otherwise it stays at its creation (§6)."
    ] = True
    list_page: Annotated[
        Literal[100, 1, 3], "The most elements on a page of GET /transactions, whatever limit was asked for (§6)."
    ] = 100
    failed_attempt_leaves: Annotated[
        Literal["nothing", "initiated", "failed"],
        "The transaction that an attempt leaves behind (PAY_FAILED) while the page can still be paid (§5, §7).",
    ] = "nothing"
    part_refund: Annotated[
        Literal["PARTIALLY_CAPTURED_REFUNDED", "PARTIALLY_REFUNDED"],
        "Status after a refund of a part capture whose rest is still reserved (§7).",
    ] = "PARTIALLY_CAPTURED_REFUNDED"
    cancel_voids_initiated: Annotated[
        bool, "A cancel also ends a payment that is INITIATED; otherwise the wallet may still finish it (§5.3)."
    ] = True
    accepted_body: Annotated[
        Literal["transaction", "empty"], "The body of a 202 to a capture, refund or void (§8.1)."
    ] = "transaction"
    accepted_is_logged: Annotated[
        bool, "What was answered 202 stands in the log as INITIATE_* until it ends; otherwise nothing shows it (§8.1)."
    ] = True
