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
}
HOME = "/"


def after(said: Mapping[str, Any]) -> str:
    """The page of what the command was about."""
    return next((path.format(said[field]) for field, path in PAGES.items() if said.get(field)), HOME)
