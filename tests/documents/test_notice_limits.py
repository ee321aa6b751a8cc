"""What a notice is made of ends no header, passes for no further line and has a limit."""

from dataclasses import replace
from datetime import date

import pytest

from billing.errors import Rejected
from documents.limits import TEXT_LENGTH_MAX
from documents.notice_rows import SERVICES_SHOWN_MAX
from documents.notice_samples import INVOICE, TEAM
from documents.notices import NOTICES, render_notice
from documents.samples import BUYER, SELLER
from schemas.documents import CardFacts
from schemas.messages.emails import PERSONAL
from tests.documents.notices import FREE_OF_NEEDS, PDF, RECIPIENT, SAMPLES, mail_of

# their headers name no plan
WITHOUT_PLAN = FREE_OF_NEEDS | {
    "invoice_created", "manual_payment_instructions", "payment_approved", "payment_rejected", "payment_reminder",
    "order_canceled", "invoice_sent", "billing_email_confirmation", "billing_email_changed",
    "team_invitation", "portal_sign_in", *PERSONAL,
}  # fmt: skip


@pytest.mark.parametrize("kind", NOTICES)
@pytest.mark.parametrize("end", ["\r\nBcc: thief@example.com", "\n", "\x00", "\u2028"])
def test_nothing_that_could_end_a_header_is_let_through(kind: str, end: str) -> None:
    facts = SAMPLES[kind]
    hostile = [
        replace(facts, buyer=replace(BUYER, name=f"Name{end}")),
        replace(facts, seller=replace(SELLER, name=f"Name{end}")),
        replace(facts, invoice=replace(INVOICE, number=f"INV-1{end}")),
    ]
    if kind == "card_expiring":
        card = CardFacts("visa", f"4242{end}", 12, 2026)
        hostile.append(replace(facts, subscription=replace(TEAM, card=card)))
    elif facts.invitation is not None:
        hostile += [
            replace(facts, invitation=replace(facts.invitation, account=f"Ada{end}")),
            replace(facts, invitation=replace(facts.invitation, invited_by=f"Ada{end}")),
        ]
    elif facts.personal is not None and kind == "invitation":
        hostile += [
            replace(facts, personal=replace(facts.personal, team=f"Ada{end}")),
            replace(facts, personal=replace(facts.personal, invited_by=f"Ada{end}")),
        ]
    elif facts.change is not None:
        hostile.append(replace(facts, change=replace(facts.change, plan_name=f"Team{end}")))
    elif facts.refund is not None:
        numbered = replace(facts, refund=replace(facts.refund, note_numbers=(f"CN-1{end}",)))
        hostile.append(replace(facts, papers=((f"CN-1{end}", b"%PDF-"),)))
        hostile += [numbered] if kind == "credit_note_created" else []
    elif kind not in WITHOUT_PLAN:
        hostile.append(
            replace(facts, subscription=replace(TEAM, plan_name=f"Team{end}", trial_ends_on=date(2026, 12, 6)))
        )
    for each in hostile:
        with pytest.raises(Rejected):
            render_notice(kind, each, RECIPIENT)
    with pytest.raises(Rejected):
        render_notice(kind, facts, RECIPIENT + end)


def test_no_text_passes_for_further_lines() -> None:
    hostile = replace(TEAM, services=("Reports\nPrice: 0.00 USD",), card=CardFacts("visa", "4242\nPlan: Free", 1, 2027))
    mail = mail_of("subscription_activated", subscription=hostile)
    assert "Includes: Reports Price: 0.00 USD\n" in mail.text
    assert "Card: Visa ending in 4242 Plan: Free\n" in mail.text
    failed = mail_of("payment_failed", failure="Declined.\n\nTotal: 0.00 USD")
    assert "Declined. Total: 0.00 USD\n" in failed.text


def test_texts_are_limited_and_long_lists_cut() -> None:
    with pytest.raises(Rejected, match="text_too_long"):
        mail_of("payment_failed", failure="x" * (TEXT_LENGTH_MAX + 1))
    services = tuple(f"Service {number}" for number in range(SERVICES_SHOWN_MAX + 5))
    mail = mail_of("subscription_activated", subscription=replace(TEAM, services=services))
    assert "Service 9, and 5 more\n" in mail.text
    assert "Service 10" not in mail.html


def test_an_attachment_needs_its_invoice_and_must_be_a_pdf() -> None:
    with pytest.raises(ValueError, match="there is none"):
        mail_of("subscription_renewal", invoice=None, pdf=PDF)
    with pytest.raises(ValueError, match="is no PDF"):
        mail_of("subscription_renewal", pdf=b"<html>")
