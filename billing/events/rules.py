"""Pure: which events a change of the books is. What is no event for the product is none."""

from collections.abc import Callable, Mapping
from typing import Any

from billing.events.transitions import ATTEMPT, CLAIM, DISPUTE, INVOICE, REFUND, SUBSCRIPTION
from database.untold import TOLD

Row = Mapping[str, Any]

# what of a subscription may change with its status or its plan, and is told with them
_PLAN = ("price_id", "foreign_price")
_SUSPENDED = "suspended_at"
_REST = ("pay_by", "limits_suspended", "resumes_at", "trial_end", "period_end")


def events_of(kind: str, before: Row | None, after: Row) -> list[str]:
    """The types of the events that tell of a change of a row of this table; see `types.TYPES`.

    Raises KeyError for a table of which nobody has said what its changes are.
    """
    return RULES[kind](before, after)


def _of_account(before: Row | None, after: Row) -> list[str]:
    if before is None:
        return ["account.created"]
    told: list[str] = []
    if _differ(before, after, _SUSPENDED) and (after[_SUSPENDED] is None or before[_SUSPENDED] is None):
        told.append("account.suspended" if after[_SUSPENDED] else "account.activated")
    is_updated = _differ(before, after, *(column for column in before if column != _SUSPENDED))
    return [*told, *(["account.updated"] if is_updated else [])]


def _of_subscription(before: Row | None, after: Row) -> list[str]:
    if before is None:
        step = SUBSCRIPTION.get((None, after["status"]))
        return ["subscription.created", *([step] if step else [])]
    told = [*_step_of_subscription(before, after), *_plan_of_subscription(before, after)]
    if _differ(before, after, "cancel_at_period_end") and not after["ended_at"]:
        is_to_end = after["cancel_at_period_end"]
        told.append("subscription.cancellation_scheduled" if is_to_end else "subscription.reactivated")
    return told or (["subscription.updated"] if _differ(before, after, *_REST, "period_start", "paused_at") else [])


def _step_of_subscription(before: Row, after: Row) -> list[str]:
    if _differ(before, after, "status"):
        step = SUBSCRIPTION.get((before["status"], after["status"])) or SUBSCRIPTION.get((None, after["status"]))
        return [step] if step else []
    if after["period_start"] > before["period_start"] and not after["ended_at"]:
        return ["subscription.renewed"]
    return []


def _plan_of_subscription(before: Row, after: Row) -> list[str]:
    if _differ(before, after, *_PLAN):
        return ["subscription.plan_changed"]
    is_chosen = _differ(before, after, "next_price_id") and not after["ended_at"]
    return ["subscription.plan_change_scheduled"] if is_chosen else []


def _of_services(before: Row | None, after: Row) -> list[str]:
    return ["subscription.services_changed"]


def _of_invoice(before: Row | None, after: Row) -> list[str]:
    told: list[str] = []
    if before is None or _differ(before, after, "status"):
        status = None if before is None else before["status"]
        told += INVOICE.get((status, after["status"])) or INVOICE.get((None, after["status"]), ())
    if before and after["credited_minor"] > before["credited_minor"]:
        told.append("invoice.credited")
    return told


def _of_attempt(before: Row | None, after: Row) -> list[str]:
    step = ATTEMPT.get(after["status"])
    return [step] if step else []


def _of_receipt(before: Row | None, after: Row) -> list[str]:
    """Kept money that pays an invoice is moved within the books: nothing arrived."""
    match after["source"]:
        case "capture":
            return ["payment.captured"]
        case "given_back" | "carried_over":
            return []
        case _:
            return ["payment.reversed" if after["amount_minor"] < 0 else "payment.restored"]


def _of_claim(before: Row | None, after: Row) -> list[str]:
    return [CLAIM[after["status"]]]


def _of_refund(before: Row | None, after: Row) -> list[str]:
    step = REFUND.get(after["status"])
    return [*(["refund.created"] if before is None else []), *([step] if step else [])]


def _of_dispute(before: Row | None, after: Row) -> list[str]:
    if before is None:
        is_over = after["status"] in ("inquiry_closed", "won", "lost")
        return ["dispute.opened", *([DISPUTE[after["status"]]] if is_over else [])]
    return [DISPUTE[after["status"]]] if _differ(before, after, "status") else ["dispute.updated"]


def _of_grant(before: Row | None, after: Row) -> list[str]:
    return ["credits.purchased" if after["source"] == "package" else "credits.granted"]


def _of_movement(before: Row | None, after: Row) -> list[str]:
    return [{"expire": "credits.expired", "revoke": "credits.revoked", "return": "credits.returned"}[after["movement"]]]


def _of_watch(before: Row | None, after: Row) -> list[str]:
    return ["credits.low"]


def _told(before: Row | None, after: Row) -> list[str]:
    return [after["type"]]


def _differ(before: Row, after: Row, *columns: str) -> bool:
    return any(before[column] != after[column] for column in columns)


# by the name of the table that has changed
RULES: Mapping[str, Callable[[Row | None, Row], list[str]]] = {
    TOLD: _told,
    "accounts": _of_account,
    "subscriptions": _of_subscription,
    "subscription_services": _of_services,
    "invoices": _of_invoice,
    "payment_attempts": _of_attempt,
    "receipts": _of_receipt,
    "payment_claims": _of_claim,
    "refunds": _of_refund,
    "disputes": _of_dispute,
    "credit_grants": _of_grant,
    "credit_transactions": _of_movement,
    "balance_watches": _of_watch,
}
