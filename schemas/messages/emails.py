"""E-mails."""

from schemas.messages.base import FollowUps, Message


class SendEmails(FollowUps):
    """Send the e-mails that these outbox rows ask for."""

    task = "emails.send"
    queue = "emails"


MESSAGES: tuple[type[Message], ...] = (SendEmails,)
# with a link that the product has made; their subject is the operation that has it
PERSONAL = ("welcome", "email_verification", "password_reset", "invitation")
# each is an outbox topic
EMAILS = (
    "payment_confirmation",
    "subscription_activated",
    "subscription_renewal",
    "subscription_canceled",
    "subscription_paused",
    "payment_failed",
    "renewal_unpaid",
    "plan_change_unpaid",
    "plan_change_dropped",
    "trial_ending",
    "card_expiring",
    "low_credits",
    "top_up_stopped",
    "invoice_created",
    "invoice_sent",
    "refund_notification",
    "credit_note_created",
    "manual_payment_instructions",
    "payment_approved",
    "payment_rejected",
    "payment_reminder",
    "order_canceled",
    "billing_email_confirmation",
    "billing_email_changed",
    "account_export_ready",
    "team_invitation",
    "portal_sign_in",
    *PERSONAL,
    "endpoint_disabled",
)
TOPICS: dict[str, type[FollowUps]] = dict.fromkeys(EMAILS, SendEmails)
