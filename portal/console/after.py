"""Where somebody of staff looks at what a command of theirs changed."""

from collections.abc import Mapping
from typing import Any

# the page of what a command was about, by the field that names it, the nearest first
PAGES: Mapping[str, str] = {
    "claim_id": "/admin/payments/claims/{}",
    "payment_id": "/admin/payments/received/{}",
    "invoice_id": "/admin/invoices/{}",
    "account_id": "/admin/accounts/{}",
    "approval_id": "/admin/approvals/{}",
    "operation_id": "/admin/operations/{}",
    "inbox_id": "/admin/operations/inbox/{}",
    "outbox_id": "/admin/operations/outbox/{}",
    "plan_id": "/admin/plans/{}",
    "coupon_id": "/admin/coupons/{}",
    "offered_method_id": "/admin/payment-methods/{}",
}
# of what has no page of its own, the list that it stands in, by the kind of the command
LISTS: Mapping[str, str] = {
    "publish_plan": "/admin/plans",
    "offer_payment_method": "/admin/payment-methods",
    "reset_payment_methods": "/admin/payment-methods",
    "issue_coupon": "/admin/coupons",
    "set_tax_rate": "/admin/tax-rates",
    "set_credit_cost": "/admin/credit-costs",
    "enable_provider": "/admin/providers",
    "disable_provider": "/admin/providers",
    "add_staff_member": "/admin/staff",
    "change_staff_role": "/admin/staff",
    "end_staff_member": "/admin/staff",
    "revoke_api_key": "/admin/staff/keys",
}
# the page of what a command has made, by its kind
MADE: Mapping[str, str] = {
    "create_invoice": "/admin/invoices/{}", "offer_payment_method": "/admin/payment-methods/{}",
}  # fmt: skip
HOME = "/"


def after(kind: str, said: Mapping[str, Any], result: Mapping[str, Any] | None) -> str:
    """The page of what the command has made, else of what it was about."""
    if result and kind in MADE and result.get("id"):
        return MADE[kind].format(result["id"])
    pages = (path.format(said[field]) for field, path in PAGES.items() if said.get(field))
    return next(pages, LISTS.get(kind, HOME))
