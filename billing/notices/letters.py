"""Which mail is made by which question to the books, by outbox topic."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from billing.notices import (
    about_accounts,
    about_claims,
    about_invoices,
    about_orders,
    about_people,
    about_plan_changes,
    about_refunds,
    about_settings,
    about_sign_in,
    about_subscriptions,
    about_team,
)
from billing.notices.occasion import Occasion
from schemas.documents import NoticeFacts
from schemas.messages.emails import PERSONAL

# Each raises Moot when its news no longer holds.
LETTERS: dict[str, Callable[[Session, Occasion], NoticeFacts]] = {
    "subscription_activated": about_subscriptions.activated,
    "subscription_renewal": about_invoices.renewed,
    "subscription_canceled": about_subscriptions.canceled,
    "subscription_paused": about_subscriptions.paused,
    "payment_failed": about_invoices.payment_failed,
    "renewal_unpaid": about_subscriptions.unpaid,
    "plan_change_unpaid": about_plan_changes.unpaid,
    "plan_change_dropped": about_plan_changes.dropped,
    "trial_ending": about_subscriptions.trial_ending,
    "card_expiring": about_accounts.card_expiring,
    "low_credits": about_accounts.low_credits,
    "top_up_stopped": about_accounts.top_up_stopped,
    "invoice_created": about_invoices.created,
    "invoice_sent": about_invoices.sent,
    "refund_notification": about_refunds.refunded,
    "credit_note_created": about_refunds.credited,
    "manual_payment_instructions": about_claims.instructions,
    "payment_approved": about_claims.approved,
    "payment_rejected": about_claims.rejected,
    "payment_reminder": about_orders.reminded,
    "order_canceled": about_orders.canceled,
    "billing_email_confirmation": about_settings.email_confirmation,
    "billing_email_changed": about_settings.email_changed,
    "account_export_ready": about_settings.export_ready,
    "team_invitation": about_team.invited,
    "portal_sign_in": about_sign_in.asked,
    **dict.fromkeys(PERSONAL, about_people.greeted),
}
