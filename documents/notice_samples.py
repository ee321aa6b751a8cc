"""Made-up notices, one for each case that is worth looking at. Their names begin with their kinds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from documents.samples import BUYER, SELLER
from schemas.account_facts import EmailChangeFacts, InvitationFacts, SignInFacts
from schemas.declines import explain_decline
from schemas.documents import (
    CardFacts,
    InvoiceFacts,
    LineFacts,
    NoticeFacts,
    PaymentFacts,
    PlanChangeFacts,
    RefundFacts,
    SubscriptionFacts,
    TaxFacts,
    TopUpFacts,
)
from schemas.personal_facts import PersonalFacts
from schemas.transfer_facts import ClaimFacts, OrderFacts

CARD = CardFacts("visa", "4242", 12, 2026)
TEAM = SubscriptionFacts(
    plan_name="Team",
    status="active",
    interval="month",
    currency="USD",
    price_minor=4_900,
    period_start=date(2026, 11, 22),
    period_end=date(2026, 12, 22),
    credits_per_period=2_000,
    services=("Reports", "API access", "Priority support"),
    card=CARD,
)
TRIAL = replace(TEAM, status="trialing", trial_ends_on=date(2026, 12, 6), period_end=date(2026, 12, 6))
OVERDUE = replace(TEAM, status="past_due", next_attempt_on=date(2026, 11, 25))
LARGER = PlanChangeFacts("Company", "month", datetime(2026, 11, 23, 9, 5, tzinfo=UTC))
LEAVING = replace(TEAM, ends_on=date(2026, 12, 22))
INVOICE = InvoiceFacts(
    number="INV-2026-11-00002",
    status="pending",
    currency="USD",
    issued_on=date(2026, 11, 22),
    due_on=date(2026, 12, 22),
    paid_on=None,
    seller=SELLER,
    buyer=BUYER,
    lines=(LineFacts("Team plan, per month", 1, 4_900, 4_900, date(2026, 11, 22), date(2026, 12, 21)),),
    taxes=(TaxFacts("VAT", 190_000, 4_900, 931),),
    subtotal_minor=4_900,
    tax_minor=931,
    total_minor=5_831,
    credits_to_come=2_000,
    payment_instructions="Example Bank, Springfield\nIBAN DE00 0000 0000 0000 0000 00\nBIC EXAMPLEX",
)
BILL = replace(INVOICE, pays_by="transfer", payment_reference="RF95 INV2 0261 1000 02")
CLAIM = ClaimFacts(
    5_831, "USD", date(2026, 11, 24), "RF95 INV2 0261 1000 02", INVOICE.number, "USD", reason="Nothing has come in yet."
)
PAID = replace(
    INVOICE,
    status="paid",
    paid_on=INVOICE.issued_on,
    payments=(PaymentFacts(INVOICE.issued_on, 5_831, 5_831, "Card", "CB-1", card_brand="visa", card_last4="4242"),),
    credits_granted=2_000,
    credits_to_come=0,
)
REFUND = RefundFacts(
    amount_minor=5_831,
    currency="USD",
    refunded_to=PAID.payments[0],
    invoice_numbers=(INVOICE.number,),
    note_numbers=("CN-2026-11-00001",),
    note="Sorry for the trouble.",
)
REFUND_OF_KEPT = RefundFacts(1_200, "USD", PAID.payments[0])
CREDITED = replace(REFUND, refunded_to=None, kept_minor=5_831)
VOIDED = replace(CREDITED, kept_minor=1_200, unpaid_minor=4_631, note="")
NEW_EMAIL = EmailChangeFacts(
    "accounts@example.com",
    "https://example.com/confirm-email/AZIm62-odshGgL3Ps6uXaABFiYl7XQ2Xu0aK8m1Nn_c/",
    datetime(2026, 11, 25, 9, 5, tzinfo=UTC),
)
INVITATION = InvitationFacts(
    account="Ada's Analytics",
    role="admin",
    join_url="https://example.com/join/AZIm62-odshGgL3Ps6uXaABFiYl7XQ2Xu0aK8m1Nn_c/",
    expires_at=datetime(2026, 11, 29, 9, 5, tzinfo=UTC),
    invited_by="Ada",
)
SIGN_IN = SignInFacts(
    code="12345678",
    sign_in_url="https://example.com/sign-in/AZIm62-odshGgL3Ps6uXaABFiYl7XQ2Xu0aK8m1Nn_c",
    code_minutes=10,
    link_minutes=30,
)
PAY_URL = "https://example.com/pay/AZIm62-odshGgL3Ps6uXaABFiYl7XQ2Xu0aK8m1Nn_c/"


def sample_notices() -> Mapping[str, NoticeFacts]:
    """Facts by name. The name without what follows a dash is the kind of notice."""
    base = NoticeFacts(SELLER, BUYER, manage_url="https://example.com/billing", subscription=TEAM)
    failed = replace(
        base, subscription=OVERDUE, invoice=INVOICE, pay_url=PAY_URL, failure=explain_decline("insufficient_funds")
    )
    changing = replace(base, change=LARGER)
    final = replace(OVERDUE, next_attempt_on=None, ends_on=date(2026, 12, 6))
    return {
        "subscription_activated": base,
        "subscription_activated-trial": replace(base, subscription=TRIAL),
        "subscription_renewal": replace(base, invoice=PAID),
        "payment_failed": failed,
        "payment_failed-new_card": replace(failed, needs_new_card=True, failure=explain_decline("stolen_card")),
        "payment_failed-final": replace(failed, subscription=final),
        "payment_failed-ended": replace(failed, subscription=replace(final, status="canceled")),
        **_unpaid_at_gateway(replace(failed, invoice=None, pay_url="")),
        "plan_change_unpaid": replace(failed, subscription=TEAM, change=LARGER),
        "plan_change_dropped": changing,
        "trial_ending": replace(base, subscription=TRIAL),
        "trial_ending-kept": replace(base, subscription=replace(TRIAL, kept_minor=1_000)),
        "trial_ending-no_card": replace(base, subscription=replace(TRIAL, card=None)),
        "card_expiring": base,
        "subscription_canceled": replace(base, subscription=LEAVING),
        "subscription_canceled-now": replace(base, subscription=replace(LEAVING, status="canceled")),
        "subscription_paused": replace(base, subscription=replace(TEAM, status="paused", resumes_on=date(2027, 1, 22))),
        "low_credits": replace(base, credits_balance=120, credits_threshold=200),
        "low_credits-owed": replace(base, credits_balance=-80, credits_threshold=200, subscription=None),
        "low_credits-top_up": replace(
            base, credits_balance=120, credits_threshold=200, top_up=TopUpFacts("Value", 100), subscription=None
        ),
        "top_up_stopped": replace(
            base, subscription=None, credits_balance=120, failure=explain_decline("insufficient_funds")
        ),
        **_of_invoices(replace(base, subscription=None)),
        **_of_account(replace(base, subscription=None)),
        **_of_refunds(base),
        **_personal(base),
        **_by_hand(base),
    }


def _of_invoices(base: NoticeFacts) -> Mapping[str, NoticeFacts]:
    """A bill, when it is issued and whenever somebody asks for it."""
    return {
        "invoice_created": replace(base, invoice=BILL),
        "invoice_sent": replace(base, invoice=BILL, pay_url=PAY_URL),
        "invoice_sent-paid": replace(base, invoice=PAID),
    }


def _unpaid_at_gateway(unpaid: NoticeFacts) -> Mapping[str, NoticeFacts]:
    """Where a gateway runs the subscription: it tries again, does not say so, or has given up."""
    untold = replace(OVERDUE, next_attempt_on=None)
    return {
        "renewal_unpaid": unpaid,
        "renewal_unpaid-open": replace(unpaid, subscription=untold),
        "renewal_unpaid-given_up": replace(unpaid, subscription=replace(untold, is_given_up=True)),
    }


def _of_account(base: NoticeFacts) -> Mapping[str, NoticeFacts]:
    return {
        "account_export_ready": base,
        "team_invitation": replace(base, invitation=INVITATION, subscription=None, manage_url=""),
        "team_invitation-by_nobody": replace(base, invitation=replace(INVITATION, invited_by=""), manage_url=""),
        "portal_sign_in": replace(base, sign_in=SIGN_IN, subscription=None, manage_url=""),
        "billing_email_confirmation": replace(base, email_change=NEW_EMAIL),
        "billing_email_changed": replace(base, email_change=EmailChangeFacts(NEW_EMAIL.new_email)),
    }


def _personal(base: NoticeFacts) -> Mapping[str, NoticeFacts]:
    """To a person, with a link."""
    link = "https://app.example.com/begin?token=Zm9yIHRoZSBwaWN0dXJl"
    greeted = replace(base, subscription=None, manage_url=link, personal=PersonalFacts())
    for_an_hour = replace(greeted, personal=PersonalFacts(60))
    return {
        "welcome": greeted,
        "email_verification": for_an_hour,
        "password_reset": for_an_hour,
        "invitation": replace(greeted, personal=PersonalFacts(7 * 24 * 60, "Ada", "Ada's Analytics")),
    }


def _of_refunds(base: NoticeFacts) -> Mapping[str, NoticeFacts]:
    refunds = {
        "refund_notification": REFUND,
        "refund_notification-kept": REFUND_OF_KEPT,
        "refund_notification-owed": replace(REFUND, credits_owed=1_500),
        "credit_note_created": CREDITED,
        "credit_note_created-void": VOIDED,
        "credit_note_created-failed": replace(CREDITED, has_failed=True),
    }
    return {name: replace(base, subscription=None, refund=refund) for name, refund in refunds.items()}


def _by_hand(base: NoticeFacts) -> Mapping[str, NoticeFacts]:
    """What is paid past every gateway."""
    claimed = replace(base, subscription=None, claim=CLAIM)
    return {
        "manual_payment_instructions": replace(base, subscription=None, invoice=BILL),
        "payment_reminder": replace(base, invoice=BILL),
        "payment_reminder-overdue": replace(
            base, subscription=replace(TEAM, status="past_due", ends_on=date(2027, 1, 5)), invoice=BILL, is_overdue=True
        ),
        "payment_reminder-suspended": replace(
            base, subscription=replace(TEAM, status="past_due", limits_suspended=True), invoice=BILL, is_overdue=True
        ),
        "payment_reminder-order": replace(
            base, subscription=None, invoice=BILL, order=OrderFacts(date(2027, 1, 5)), is_overdue=True
        ),
        "order_canceled": replace(base, subscription=None, invoice=replace(BILL, status="void"), order=OrderFacts()),
        "order_canceled-kept": replace(
            base, subscription=None, invoice=replace(BILL, status="void"), order=OrderFacts(kept_minor=3_000)
        ),
        "payment_approved": claimed,
        "payment_approved-part": replace(claimed, claim=replace(CLAIM, amount_minor=3_000, left_minor=2_831)),
        "payment_approved-kept": replace(claimed, claim=replace(CLAIM, amount_minor=6_000, kept_minor=169)),
        "payment_rejected": claimed,
    }


def sample_kind(name: str) -> str:
    """The kind of notice that a sample of this name shows."""
    return name.partition("-")[0]
