"""GET /v1/reporting/transactions (https://developer.paypal.com/docs/api/transaction-search/v1/)."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from sandbox.json_types import JsonObject
from sandbox.paypal import ledger
from sandbox.paypal.api import errors, links, moments, money, query
from sandbox.paypal.api.call import Action, Call
from sandbox.paypal.api.money import Amount
from sandbox.paypal.captures import captures, fees
from sandbox.paypal.refunds import refunds
from sandbox.paypal.reporting import codes
from sandbox.world import World

PATH = "/v1/reporting/transactions"
FILTERS = {"transaction_id": "id", "transaction_type": "code", "transaction_currency": "currency"}
OTHERS = ("start_date", "end_date", "fields", "page_size", "page", "balance_affecting_records_only")
FIELDS = ("transaction_info", "all")
PAGE_SIZE, PAGE_SIZE_MAX = 100, 500
PAGES_MAX = 2_147_483_647
# "The maximum supported range is 31 days."
WINDOW_SECONDS_MAX = 31 * 24 * 60 * 60
MOVED_ALONE = ("Y", "N")
SUCCEEDED = "S"
# of what has not moved money
STATUSES = {captures.PENDING: "P", captures.DECLINED: "D", refunds.FAILED: "D"}


def list_page(world: World, call: Call) -> JsonObject:
    """What moved money within the window, oldest first, as far as it is told already."""
    query.only(call, *FILTERS, *OTHERS)
    size, number = query.whole(call, "page_size", PAGE_SIZE, PAGE_SIZE_MAX), query.whole(call, "page", 1, PAGES_MAX)
    query.choice(call, "fields", FIELDS)
    rows = _rows(world, is_everything=query.choice(call, "balance_affecting_records_only", MOVED_ALONE) == "N")
    start, end = _window(call)
    told_until = world.clock.now() - world.options.paypal_reporting_lag_seconds
    found = [row for row in _asked(call, rows) if start <= row["created"] <= min(end, told_until)]
    page = [_shown(world, row) for row in found[(number - 1) * size : number * size]]
    return {
        # PayPal leaves out a list without members
        **({"transaction_details": page} if page else {}),
        "account_number": world.options.paypal_merchant_id,
        "start_date": moments.shown(start),
        "end_date": moments.shown(end),
        "last_refreshed_datetime": moments.shown(told_until),
        "page": number,
        "total_items": len(found),
        "total_pages": -(-len(found) // size),
        "links": [links.link(world, f"{PATH}?{urlencode(call.query)}", "self")],
    }


def _window(call: Call) -> tuple[int, int]:
    start, end = query.moment(call, "start_date"), query.moment(call, "end_date")
    if start is None or end is None:
        missing = "A required field / parameter is missing."
        name = "end_date" if end is None else "start_date"
        raise errors.invalid("MISSING_REQUIRED_PARAMETER", name, missing, location="query")
    if not start <= end <= start + WINDOW_SECONDS_MAX:
        raise errors.invalid("INVALID_PARAMETER_VALUE", "end_date", "At most 31 days after start_date.", None, "query")
    return start, end


def _asked(call: Call, rows: Iterable[JsonObject]) -> Iterator[JsonObject]:
    asked = {field: call.query[name] for name, field in FILTERS.items() if name in call.query}
    for row in rows:
        if all(row[field] == value for field, value in asked.items()):
            yield row


def _rows(world: World, *, is_everything: bool) -> list[JsonObject]:
    """Oldest first."""
    moved = list(world.store.oldest_first(ledger.KIND))
    return sorted([*moved, *_unmoved(world)], key=lambda row: row["created"]) if is_everything else moved


def _unmoved(world: World) -> Iterator[JsonObject]:
    """What is pending, or came to nothing."""
    for capture in world.store.oldest_first(captures.KIND):
        if capture["status"] in STATUSES:
            status = STATUSES[capture["status"]]
            yield {**capture, "kind": ledger.CAPTURE, "moved": capture["minor"], "status": status}
    for refund in world.store.oldest_first(refunds.KIND):
        if refund["status"] in STATUSES:
            status = STATUSES[refund["status"]]
            yield {**refund, "kind": ledger.REFUND, "code": codes.REFUND, "moved": -refund["minor"], "status": status}


def _shown(world: World, row: JsonObject) -> JsonObject:
    amount = Amount(row["moved"], row["currency"])
    marks = {"invoice_id": row["invoice_id"], "custom_field": row["custom_id"]}
    about = row.get("capture")
    info = {
        "transaction_id": row["id"],
        **({"paypal_reference_id": about, "paypal_reference_id_type": "TXN"} if about else {}),
        "transaction_event_code": row["code"],
        "transaction_initiation_date": moments.shown(row["created"]),
        "transaction_updated_date": moments.shown(row["created"]),
        "transaction_amount": money.shown(amount),
        **({"fee_amount": _fee(amount)} if row["kind"] == ledger.CAPTURE else {}),
        "transaction_status": row.get("status", SUCCEEDED),
        **{name: mark for name, mark in marks.items() if mark},
    }
    return {"transaction_info": info}


def _fee(amount: Amount) -> JsonObject:
    return money.shown(Amount(-fees.of_payment(amount).minor, amount.currency))


ACTIONS = (Action("list_transactions", "GET", PATH, list_page, lambda _, page: page),)
