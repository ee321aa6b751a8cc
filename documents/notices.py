"""Notices: the e-mails about a subscription, its payments and its credits.

Each kind has a row in NOTICES and two templates of its name in `templates/email`, which hold its sentences.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from documents import notice_subjects as subjects
from documents import people_subjects
from documents.emails import LINES_SHOWN_MAX, compose
from documents.headers import file_stem, header_text, recipient_address
from documents.limits import require_short_texts
from documents.links import web_address
from documents.notice_facts import (
    amount,
    card_of,
    change_of,
    claim_of,
    confirmation_end_of,
    email_change_of,
    failed_payment,
    has_ended,
    invitation_of,
    invoice_of,
    on_trial,
    open_invoice_of,
    order_of,
    personal_invitation_of,
    personal_of,
    price,
    refund_of,
    sign_in_of,
    subscription_of,
    trial_end_of,
    valid_for,
    whereabouts,
)
from documents.notice_rows import rows
from schemas.documents import EmailFacts, NoticeFacts

Wording = Callable[[NoticeFacts], str]


@dataclass(frozen=True, slots=True)
class Notice:
    """One kind of mail. Each of `needs` raises ValueError when its fact is missing; `rows` are labels of its table."""

    subject: Wording
    preview: Wording
    needs: tuple[Callable[[NoticeFacts], object], ...] = ()
    rows: tuple[str, ...] = ()


NOTICES: Mapping[str, Notice] = {
    "subscription_activated": Notice(
        subjects.activated_subject,
        subjects.activated_preview,
        needs=(subscription_of,),
        rows=("Plan", "Price", "Credits", "Includes", "Trial ends", "Renews", "Card", "Wallet"),
    ),
    "subscription_renewal": Notice(
        subjects.renewal_subject,
        subjects.renewal_preview,
        needs=(subscription_of,),
        rows=("Plan", "Invoice", "Amount", "Credits", "Renews", "Card", "Wallet"),
    ),
    "payment_failed": Notice(
        subjects.failed_subject,
        subjects.failed_preview,
        needs=(subscription_of,),
        rows=("Plan", "Invoice", "Amount", "Card", "Wallet", "Next attempt"),
    ),
    "renewal_unpaid": Notice(
        subjects.failed_subject,
        subjects.failed_preview,
        needs=(subscription_of,),
        rows=("Plan", "Price", "Next attempt"),
    ),
    "plan_change_unpaid": Notice(
        subjects.change_unpaid_subject,
        subjects.change_unpaid_preview,
        needs=(subscription_of, change_of, open_invoice_of),
        rows=("Plan", "Wanted", "Invoice", "Amount", "Card", "Wallet"),
    ),
    "plan_change_dropped": Notice(
        subjects.change_dropped_subject,
        subjects.change_dropped_preview,
        needs=(subscription_of, change_of),
        rows=("Plan", "Price", "Wanted", "Renews"),
    ),
    "trial_ending": Notice(
        subjects.trial_subject,
        subjects.trial_preview,
        needs=(subscription_of, trial_end_of),
        rows=("Plan", "Price", "Credits", "Trial ends", "Card", "Wallet"),
    ),
    "card_expiring": Notice(
        subjects.card_subject,
        subjects.card_preview,
        needs=(subscription_of, card_of),
        rows=("Card", "Good through", "Plan", "Renews"),
    ),
    "subscription_canceled": Notice(subjects.canceled_subject, subjects.canceled_preview, needs=(subscription_of,)),
    "subscription_paused": Notice(subjects.paused_subject, subjects.paused_preview, needs=(subscription_of,)),
    "low_credits": Notice(subjects.credits_subject, subjects.credits_preview),
    "top_up_stopped": Notice(subjects.top_up_subject, subjects.top_up_preview),
    "invoice_created": Notice(
        subjects.invoice_subject, subjects.invoice_preview, needs=(open_invoice_of,), rows=("Invoice", "Due")
    ),
    "invoice_sent": Notice(
        subjects.sent_subject, subjects.sent_preview, needs=(invoice_of,), rows=("Invoice", "Due", "Reference")
    ),
    "refund_notification": Notice(
        subjects.refund_subject,
        subjects.refund_preview,
        needs=(refund_of,),
        rows=("Refunded", "Corrects", "Credit note"),
    ),
    "credit_note_created": Notice(
        subjects.credit_subject,
        subjects.credit_preview,
        needs=(refund_of,),
        rows=("Credited", "Corrects", "Credit note"),
    ),
    "manual_payment_instructions": Notice(
        subjects.instructions_subject,
        subjects.instructions_preview,
        needs=(open_invoice_of,),
        rows=("Invoice", "Amount", "Due", "Reference"),
    ),
    "payment_reminder": Notice(
        subjects.reminder_subject,
        subjects.instructions_preview,
        needs=(open_invoice_of,),
        rows=("Plan", "Invoice", "Amount", "Due", "Reference"),
    ),
    "order_canceled": Notice(
        subjects.order_subject, subjects.order_preview, needs=(order_of, invoice_of), rows=("Invoice", "Amount", "Due")
    ),
    "payment_approved": Notice(
        subjects.approved_subject,
        subjects.approved_preview,
        needs=(claim_of,),
        rows=("Received", "Paid on", "Reference", "Invoice"),
    ),
    "payment_rejected": Notice(
        subjects.rejected_subject,
        subjects.rejected_preview,
        needs=(claim_of,),
        rows=("Claimed", "Paid on", "Reference", "Invoice"),
    ),
    "billing_email_confirmation": Notice(
        subjects.confirmation_subject, subjects.confirmation_preview, needs=(email_change_of, confirmation_end_of)
    ),
    "billing_email_changed": Notice(
        subjects.email_changed_subject, subjects.email_changed_preview, needs=(email_change_of,)
    ),
    "team_invitation": Notice(
        people_subjects.invitation_subject, people_subjects.invitation_preview, needs=(invitation_of,), rows=("Role",)
    ),
    "portal_sign_in": Notice(people_subjects.sign_in_subject, people_subjects.sign_in_preview, needs=(sign_in_of,)),
    "welcome": Notice(people_subjects.welcome_subject, people_subjects.personal_preview, needs=(personal_of,)),
    "email_verification": Notice(
        people_subjects.verification_subject, people_subjects.personal_preview, needs=(personal_of,)
    ),
    "password_reset": Notice(people_subjects.reset_subject, people_subjects.personal_preview, needs=(personal_of,)),
    "invitation": Notice(
        people_subjects.personal_invitation_subject, people_subjects.personal_preview, needs=(personal_invitation_of,)
    ),
    "account_export_ready": Notice(subjects.export_subject, subjects.export_preview),
}


def render_notice(kind: str, facts: NoticeFacts, recipient: str) -> EmailFacts:
    """One mail of a kind of NOTICES, in HTML and text. `pdf` is attached under the number of its invoice when given.

    Raises Rejected when the recipient, a name or the invoice's number could break out of a mail header or a text is
    longer than `documents.limits` allows, and ValueError for an unknown kind, a missing fact or a PDF that is none.
    """
    if kind not in NOTICES:
        raise ValueError(f"no notice is called {kind!r}")
    notice = NOTICES[kind]
    for need in notice.needs:
        need(facts)
    require_short_texts(facts)
    header_text("buyer name", facts.buyer.name)
    attachments = _attachments(facts)
    return compose(
        kind,
        recipient=recipient,
        copies=tuple(recipient_address(copy) for copy in facts.copies),
        subject=notice.subject(facts),
        preview=notice.preview(facts),
        seller=facts.seller,
        attachments=attachments,
        invoice_number=facts.invoice.number if facts.invoice else "",
        attachment_name=", ".join(name for name, _ in attachments),
        attached="credit note" if facts.papers else "invoice",
        facts=facts,
        rows=rows(facts, notice.rows),
        action_url=web_address(facts.manage_url),
        confirm_url=web_address(facts.email_change.confirm_url) if facts.email_change else "",
        join_url=web_address(facts.invitation.join_url) if facts.invitation else "",
        sign_in_url=web_address(facts.sign_in.sign_in_url) if facts.sign_in else "",
        pay_url=web_address(facts.pay_url),
        lines_shown_max=LINES_SHOWN_MAX,
        **_derived(facts),
    )


def _attachments(facts: NoticeFacts) -> tuple[tuple[str, bytes], ...]:
    if facts.invoice is None and facts.pdf is not None:
        raise ValueError("a PDF is attached under the number of its invoice, and there is none")
    # looked at also without a document: the number stands in the subject
    names = (f"{file_stem(facts.invoice.number)}.pdf",) if facts.invoice else ()
    of_invoice = [(name, facts.pdf) for name in names if facts.pdf is not None]
    named = (*of_invoice, *((f"{file_stem(number)}.pdf", content) for number, content in facts.papers))
    for name, content in named:
        if not content.startswith(b"%PDF-"):
            raise ValueError(f"{name} is no PDF")
    return named


def _derived(facts: NoticeFacts) -> dict[str, object]:
    """What the sentences turn on besides the facts themselves."""
    subscription = facts.subscription
    return {
        "subscription": subscription,
        "invoice": facts.invoice,
        "refund": facts.refund,
        "whereabouts": whereabouts(facts.refund) if facts.refund else "",
        "claim": facts.claim,
        "valid_for": valid_for(facts),
        "amount": amount(facts) if subscription or facts.invoice else "",
        "price": price(subscription) if subscription else "",
        "trialing": on_trial(subscription),
        "ended": has_ended(subscription),
        "outcome": failed_payment(facts) if subscription else "",
    }
