"""Who else gets a mail: what each is about, and the account's further recipients of that kind."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import recipients_of
from schemas.recipients import MailKind

# Mails about plans concern who manages them, and mails that confirm an address that address alone.
KINDS: Mapping[str, MailKind] = {
    **dict.fromkeys(
        (
            "payment_confirmation", "subscription_renewal", "invoice_created", "invoice_sent", "refund_notification",
            "credit_note_created", "manual_payment_instructions", "payment_approved",
        ),
        MailKind.INVOICES,
    ),
    **dict.fromkeys(
        (
            "payment_failed", "renewal_unpaid", "plan_change_unpaid", "plan_change_dropped", "card_expiring",
            "top_up_stopped", "payment_rejected", "payment_reminder", "order_canceled",
        ),
        MailKind.PAYMENT_PROBLEMS,
    ),
    "low_credits": MailKind.CREDITS,
    "billing_email_changed": MailKind.SECURITY,
}  # fmt: skip


def copies_for(session: Session, account_id: UUID, topic: str, recipient: str) -> tuple[str, ...]:
    """Who gets a copy of a mail of this topic: nobody twice, and nobody of a mail that is for one address alone."""
    kind = KINDS.get(topic)
    if kind is None:
        return ()
    return tuple(email for email in recipients_of(session, account_id).get(kind, ()) if email != recipient)
