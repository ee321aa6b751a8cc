"""What somebody at a bank reads off the evidence in a dispute."""

import io
from dataclasses import replace
from datetime import date, timedelta

from pypdf import PdfReader

from documents.credit_note_pdf import render_credit_note_pdf
from documents.evidence_html import evidence_html
from documents.evidence_pdf import render_evidence_pdf
from documents.invoice_pdf import render_invoice_pdf
from documents.samples import sample_credit_note, sample_evidence, sample_invoice
from schemas.evidence import DisputedInvoiceFacts, SubscribedFacts, UsedCreditsFacts

HOSTILE = "<script>alert(1)</script> & Παπαδόπουλος مرحبا 東京都 "


def pages(pdf: bytes) -> list[str]:
    """The words of each page."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_it_says_who_bought_what_with_what_and_used_how_much_of_it_and_ends_with_the_invoice() -> None:
    *written, behind = pages(render_evidence_pdf(sample_evidence(), [render_invoice_pdf(sample_invoice())]))
    words = " ".join(written)
    assert "Dispute dp_1QxYz2aBcDeFgHiJ Reason product not received Opened 6 December 2026" in words
    assert "Answer by 13 December 2026 As of 6 December 2026 315.33 USD disputed" in words
    assert "Priority support 22 November to 21 December 2026 INV-2026-11-00001 315.33" in words
    assert "Payment 315.33 USD on 22 November 2026: Visa ending in 4242, reference CB-7Q2M-48XK" in words
    assert "Refunds 40.00 USD on 24 November 2026, reference re_3QxYz2aBcDeFgHiJ" in words
    assert "Subscription Team, since 22 November 2026, and not canceled." in words
    assert "Customer Since 2 March 2025. Earlier payments, none of them disputed: 49.00 USD on 22 October 2026" in words
    assert "Of 2,000 credits that were granted on payment, 462 have been used, on 7 days." in words
    assert "24 November 2026 7 64" in words
    assert "Sent to accounts@harbour.example On Payment confirmation, with the invoice 22 November 2026" in words
    assert "Amount due 0.00 USD" in behind


def test_what_is_not_known_is_not_printed() -> None:
    bare = replace(sample_evidence(), answer_until=None, subscriptions=(), returned=(), earlier=(), mails=())
    (only,) = pages(render_evidence_pdf(replace(bare, credits_granted=0, credits_used=0, days_used=0, usage=()), []))
    for word in ("Answer by", "Sent to", "Subscription", "Earlier", "Used on"):
        assert word not in only
    assert "The service was provided for the time that the invoice names." in only
    assert "Nothing of this payment was refunded." in only


def test_a_subscription_says_what_the_customer_did_with_it() -> None:
    begun = date(2026, 1, 5)
    canceled = SubscribedFacts("Team", begun, date(2026, 2, 1), None)
    ended = SubscribedFacts("Solo", begun, date(2026, 2, 1), date(2026, 3, 5))
    markup = evidence_html(replace(sample_evidence(), subscriptions=(canceled, ended)))
    assert "Team, since 5 January 2026, canceled on 1 February 2026.\n" in markup
    assert "Solo, since 5 January 2026, canceled on 1 February 2026, ended on 5 March 2026.<" in markup


def test_many_days_of_use_fit_a_few_pages_that_say_which_evidence_they_belong_to() -> None:
    days = [UsedCreditsFacts(date(2026, 3, 1) + timedelta(each), 1_234_567, 12_345) for each in range(90)]
    first, *more = pages(render_evidence_pdf(replace(sample_evidence(), usage=tuple(days), days_used=366), []))
    assert "have been used, on 366 days. The latest 90 days:" in first
    assert 2 <= len(more) <= 5
    assert all("Evidence dp_1QxYz2aBcDeFgHiJ Example SaaS Inc." in page for page in more)
    assert "12,345 1,234,567" in more[0]


def test_long_names_in_any_script_and_markup_in_them_are_drawn_as_they_are() -> None:
    bought = DisputedInvoiceFacts("INV-2026-11-00001", date(2026, 11, 22), (HOSTILE * 9)[:500], 123_456_789_012)
    buyer = replace(sample_evidence().buyer, name=HOSTILE * 3, address_lines=("x" * 200,))
    hostile = replace(sample_evidence(), buyer=buyer, invoices=(bought,), reason="<b>", reference="dp_" + "x" * 40)
    markup = evidence_html(hostile)
    assert "<script>" not in markup
    assert "<td><b></td>" not in markup
    words = " ".join(pages(render_evidence_pdf(hostile, [])))
    assert "<script>alert(1)</script> & Παπαδόπουλος" in words
    assert "1,234,567,890.12" in words


def test_the_second_page_of_a_credit_note_bears_its_own_number_not_that_of_the_invoice() -> None:
    paper = sample_credit_note()
    first, second, *_ = pages(render_credit_note_pdf(replace(paper, note="\n".join("line" for _ in range(60)))))
    assert "Corrects INV-2026-11-00001" in first
    assert "Credit note CN-2026-11-00001 Example SaaS Inc." in second
