"""The receipt that arrives in an inbox."""

from dataclasses import replace
from typing import Any

import pytest

from billing.errors import Rejected
from documents.emails import LINES_SHOWN_MAX, render_payment_confirmation
from documents.samples import sample_invoice
from schemas.documents import EmailFacts, LineFacts, PartyFacts

PDF = b"%PDF-1.7 stand-in"
RECIPIENT = "accounts@harbour.example"


def test_the_receipt_names_the_payment_and_carries_the_invoice() -> None:
    mail = render_payment_confirmation(sample_invoice(), PDF, RECIPIENT)
    assert mail.recipient == RECIPIENT
    assert mail.subject == "Payment received: INV-2026-11-00001"
    assert mail.attachments == (("INV-2026-11-00001.pdf", PDF),)
    for body in (mail.html, mail.text):
        assert "Hello" in body
        assert "Bright Harbour Analytics GmbH" in body
        assert "315.33 USD" in body
        assert "22 November 2026" in body
        assert "2,000 credits were added to your account." in body
        assert "Visa ending in 4242" in body
        assert "INV-2026-11-00001.pdf" in body
        assert "Springfield, IL 62701" in body


def confirmed(**changes: Any) -> EmailFacts:
    mail = render_payment_confirmation(replace(sample_invoice(), **changes), PDF, RECIPIENT)
    assert "\n\n\n" not in mail.text
    return mail


def test_kept_money_is_not_called_a_payment() -> None:
    payment = replace(sample_invoice().payments[0], amount_minor=21_533, paid_minor=21_533)
    mail = confirmed(kept_minor=10_000, payments=(payment,))
    for body in (mail.html, mail.text):
        assert "Thank you for your payment of 215.33 USD on 22 November 2026." in body
        assert "100.00 USD was paid from your balance." in body
    assert (
        "Total: 315.33 USD\nPaid from your balance: -100.00 USD\nPaid on 22 November 2026: -215.33 USD\n" in mail.text
    )


def test_what_kept_money_pays_alone_charges_nothing_and_says_so() -> None:
    mail = confirmed(kept_minor=31_533, payments=())
    assert mail.subject == "Paid from your balance: INV-2026-11-00001"
    assert "315.33 USD was paid from your balance, and nothing was charged." in mail.text
    assert "payment" not in mail.text.lower()


def test_what_is_too_little_to_be_charged_is_said_to_come_with_the_next_invoice() -> None:
    lines, small = (LineFacts("Starter", 1, 20, 20),), {"subtotal_minor": 20, "tax_minor": 0, "total_minor": 20}
    mail = confirmed(**small, lines=lines, taxes=(), payments=(), carried_over_minor=20)
    assert mail.subject == "Nothing to pay now: INV-2026-11-00001"
    for body in (mail.html, mail.text):
        assert "0.20 USD is too little to be charged and is carried over to a later invoice." in body
    assert "Total: 0.20 USD\nCarried over to a later invoice: -0.20 USD\n" in mail.text
    assert "Thank you" not in mail.text


def test_what_was_carried_over_is_named_where_it_is_asked_for() -> None:
    payment = replace(sample_invoice().payments[0], amount_minor=31_553, paid_minor=31_553)
    mail = confirmed(kept_minor=-20, payments=(payment,))
    for body in (mail.html, mail.text):
        assert "Thank you for your payment of 315.53 USD on 22 November 2026." in body
        assert "0.20 USD of it was carried over from earlier invoices." in body
    assert "Total: 315.33 USD\nCarried over from earlier invoices: 0.20 USD\nPaid on 22 November 2026" in mail.text


def test_what_costs_nothing_thanks_for_no_payment() -> None:
    nothing = {"subtotal_minor": 0, "tax_minor": 0, "total_minor": 0, "taxes": (), "payments": ()}
    lines = (LineFacts("Rest of Scale", 1, -4_900, -4_900), LineFacts("Kept on your account", 1, 4_900, 4_900))
    mail = confirmed(**nothing, lines=lines, credits_granted=0)
    assert mail.subject == "Nothing to pay: INV-2026-11-00001"
    assert "There was nothing to pay." in mail.text
    assert "Thank you" not in mail.text


def test_kept_money_is_named_also_where_a_rest_is_carried_over() -> None:
    mail = confirmed(kept_minor=31_503, carried_over_minor=30, payments=())
    assert "315.03 USD was paid from your balance, and nothing was charged. 0.30 USD is too little" in mail.text


def test_what_came_beyond_what_was_asked_for_is_said_to_be_kept() -> None:
    payment = replace(sample_invoice().payments[0], amount_minor=32_000)
    mail = confirmed(payments=(payment,))
    assert "Thank you for your payment of 320.00 USD on 22 November 2026." in mail.text
    assert "4.67 USD of it is more than was asked for and is kept on your account." in mail.text


def test_the_receipt_of_an_automatic_top_up_says_that_it_was_automatic() -> None:
    mail = confirmed(is_top_up=True)
    assert mail.subject == "Automatic top-up, payment received: INV-2026-11-00001"
    for body in (mail.html, mail.text):
        assert "Your credits were running low, so these were bought automatically, as you have set it." in body


def test_the_html_loads_nothing_and_the_text_has_no_markup() -> None:
    mail = render_payment_confirmation(sample_invoice(), PDF, RECIPIENT)
    for forbidden in ("<img", "src=", "url(", "<link", "<script", "<style", "@import"):
        assert forbidden not in mail.html
    assert "<" not in mail.text
    assert "\n\n\n" not in mail.text


def test_text_is_escaped_in_html_and_left_alone_in_text() -> None:
    invoice = replace(sample_invoice(), buyer=PartyFacts("Smith & <b>Sons</b>"))
    mail = render_payment_confirmation(invoice, PDF, RECIPIENT)
    assert "Smith &amp; &lt;b&gt;Sons&lt;/b&gt;" in mail.html
    assert "Hello Smith & <b>Sons</b>," in mail.text


def test_a_description_cannot_pass_for_further_lines_of_the_text() -> None:
    line = LineFacts("Hosting\nTotal: 0.00 USD", 1, 26_498, 26_498)
    mail = render_payment_confirmation(replace(sample_invoice(), lines=(line,)), PDF, RECIPIENT)
    assert "* Hosting Total: 0.00 USD: 264.98 USD\n" in mail.text


def test_a_long_invoice_is_shortened_in_the_mail() -> None:
    lines = tuple(LineFacts(f"Region {number}", 1, 1, 1) for number in range(LINES_SHOWN_MAX + 5))
    mail = render_payment_confirmation(replace(sample_invoice(), lines=lines), PDF, RECIPIENT)
    for body in (mail.html, mail.text):
        assert "Region 9" in body
        assert "Region 10" not in body
        assert "5 more on the invoice" in body


@pytest.mark.parametrize("end", ["\r\nBcc: thief@example.com", "\n", "\x00", "\u2028"])
def test_nothing_that_could_end_a_header_is_let_through(end: str) -> None:
    sample = sample_invoice()
    with pytest.raises(Rejected):
        render_payment_confirmation(sample, PDF, RECIPIENT + end)
    with pytest.raises(Rejected):
        render_payment_confirmation(replace(sample, number=sample.number + end), PDF, RECIPIENT)
    for side in ("buyer", "seller"):
        party = replace(getattr(sample, side), name=f"Name{end}")
        with pytest.raises(Rejected):
            render_payment_confirmation(replace(sample, **{side: party}), PDF, RECIPIENT)


def test_only_a_paid_invoice_with_its_pdf_is_confirmed() -> None:
    with pytest.raises(ValueError, match="paid invoice"):
        render_payment_confirmation(replace(sample_invoice(), status="pending"), PDF, RECIPIENT)
    with pytest.raises(ValueError, match="paid invoice"):
        render_payment_confirmation(sample_invoice(), b"", RECIPIENT)
