"""The mails about a subscription, its payments and its credits: what they say."""

from dataclasses import replace

import pytest

from documents.notice_samples import INVOICE, PAID, TEAM
from tests.documents.notices import PDF, SAMPLES, mail_of


def test_a_payment_that_is_tried_again_names_the_day() -> None:
    mail = mail_of("payment_failed")
    assert mail.subject == "Payment failed for your Team subscription"
    assert "We could not collect 58.31 USD for your Team subscription from Visa ending in 4242." in mail.text
    assert "Your card has insufficient funds." in mail.text
    assert "We will try again on 25 November 2026." in mail.text


def test_of_what_a_gateway_could_not_collect_is_told_whether_it_tries_again() -> None:
    again, open_, given_up = (mail_of(f"renewal_unpaid{kind}").text for kind in ("", "-open", "-given_up"))
    assert "It is tried again on 25 November 2026." in again
    assert "tried again" not in open_
    assert "it is not tried again, and your subscription stands still." in given_up
    assert "resume" in given_up
    assert "resume" not in again + open_


def test_a_card_refused_for_good_is_not_promised_another_attempt() -> None:
    """Even when an attempt was planned before the refusal became known."""
    mail = mail_of("payment_failed-new_card")
    assert "please add another card" in mail.subject
    assert "We will not try this card again. Please add another one to keep your subscription." in mail.text
    assert "25 November 2026" not in mail.text + mail.html


def test_a_change_of_plan_that_is_not_paid_names_both_plans_and_the_minute() -> None:
    mail = mail_of("plan_change_unpaid")
    assert mail.subject == "Payment failed: your change to Company is waiting"
    assert "collect 58.31 USD for your change to Company from Visa ending in 4242." in mail.text
    assert "Your Team plan runs on unchanged." in mail.text
    assert "add another card before 23 November 2026, 09:05 UTC." in mail.text
    dropped = mail_of("plan_change_dropped")
    assert dropped.subject == "Your change to Company was not made"
    assert "You owe nothing for it." in dropped.text


def test_the_last_attempt_says_when_the_subscription_ends() -> None:
    mail = mail_of("payment_failed-final")
    assert mail.subject == "Payment failed: your Team subscription ends on 6 December 2026"
    assert "This was our last attempt. Your subscription ends on 6 December 2026." in mail.text
    ended = mail_of("payment_failed-ended")
    assert ended.subject == "Payment failed: your Team subscription has ended"
    assert "your subscription has ended." in ended.text
    assert "To keep it" not in ended.text


def test_without_an_invoice_the_net_price_is_called_net() -> None:
    assert "collect 49.00 USD before tax for" in mail_of("payment_failed", invoice=None).text


def test_a_trial_that_ends_names_the_charge_or_asks_for_a_card() -> None:
    charged = mail_of("trial_ending")
    assert charged.subject == "Your Team trial ends on 6 December 2026"
    assert "49.00 USD per month, before tax, is charged to Visa ending in 4242." in charged.text
    asked = mail_of("trial_ending-no_card")
    assert "please add a card before that day" in asked.text
    assert "is charged to" not in asked.text + asked.html


def test_a_canceled_subscription_is_active_until_its_end_or_over() -> None:
    assert "It stays active until 22 December 2026" in mail_of("subscription_canceled").text
    over = mail_of("subscription_canceled-now")
    assert "subscription ended on 22 December 2026." in over.text
    assert "stays active" not in over.text + over.html
    assert "subscription has ended." in mail_of("subscription_canceled", subscription=TEAM).text


def test_a_renewal_thanks_for_a_payment_only_when_it_arrived() -> None:
    paid = mail_of("subscription_renewal", pdf=PDF)
    assert "now runs until 22 December 2026." in paid.text
    assert (
        "Thank you for your payment of 58.31 USD on 22 November 2026. 2,000 credits were added to your account."
    ) in paid.text
    assert paid.attachments == (("INV-2026-11-00002.pdf", PDF),)
    assert "Your invoice is attached as INV-2026-11-00002.pdf." in paid.text
    unpaid = mail_of("subscription_renewal", invoice=INVOICE)
    assert "Please pay 58.31 USD by 22 December 2026." in unpaid.text
    assert "Thank you" not in unpaid.text


def test_only_what_is_missing_is_called_missing() -> None:
    part = replace(PAID.payments[0], amount_minor=831, paid_minor=831)
    owed = replace(INVOICE, kept_minor=2_000, payments=(part,))
    failed = mail_of("payment_failed", invoice=owed)
    assert "We could not collect 30.00 USD for your Team subscription" in failed.text
    assert "Amount: 30.00 USD\n" in failed.text
    assert "58.31" not in failed.text + failed.html
    bill = mail_of("invoice_created", invoice=replace(owed, pays_by="transfer"))
    assert "Here is your invoice for 30.00 USD." in bill.text
    assert "Total: 58.31 USD\nPaid from your balance: -20.00 USD\n" in bill.text
    assert "Paid on 22 November 2026: -8.31 USD\nAmount due: 30.00 USD\n" in bill.text


def test_a_trial_names_the_money_that_pays_before_the_card() -> None:
    mail = mail_of("trial_ending-kept")
    assert "is charged to Visa ending in 4242. 10.00 USD that is kept on your account pays first." in mail.text
    owing = replace(SAMPLES["trial_ending-kept"].subscription, kept_minor=-20)  # type: ignore[type-var] # it has one
    mail = mail_of("trial_ending-kept", subscription=owing)
    assert "4242. 0.20 USD that was carried over from earlier invoices is added." in mail.text


def test_low_credits_tell_of_the_top_up_that_will_buy_some() -> None:
    mail = mail_of("low_credits-top_up")
    assert "We let you know when fewer than 200 credits remain." in mail.text
    assert "When fewer than 100 credits remain, the Value package is bought automatically." in mail.text


def test_an_invoice_says_how_and_when_to_pay() -> None:
    mail = mail_of("invoice_created", pdf=PDF)
    assert mail.subject == "Invoice INV-2026-11-00002, due 22 December 2026"
    assert "Here is your invoice for 58.31 USD. Please pay it by bank transfer by 22 December 2026" in mail.text
    assert "\nExample Bank, Springfield\nIBAN DE00 0000 0000 0000 0000 00\nBIC EXAMPLEX\n" in mail.text
    assert "Example Bank, Springfield<br>IBAN" in mail.html
    for status in ("paid", "void", "draft"):
        with pytest.raises(ValueError, match="to be paid"):
            mail_of("invoice_created", invoice=replace(PAID, status=status))


def test_credits_are_counted_in_words_that_fit() -> None:
    assert "You have 1 credit left." in mail_of("low_credits", credits_balance=1).text
    for none in (0, -5):
        mail = mail_of("low_credits", credits_balance=none)
        assert mail.subject == "You have no credits left"
        assert "You have no credits left." in mail.text
    assert "adds 2,000 credits when it renews on 22 December 2026." in mail_of("low_credits").text


def test_a_top_up_that_stopped_says_why_and_what_is_left() -> None:
    mail = mail_of("top_up_stopped")
    assert mail.subject == "Your automatic top-up has stopped"
    assert "We have bought no credits for your account. Your card has insufficient funds.\n" in mail.text
    assert "You have 120 credits left, and no more are bought automatically." in mail.text
    assert "You have no credits left, and" in mail_of("top_up_stopped", credits_balance=0).text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript://example.com/%0aalert(1)",
        "data:text/html,hello",
        "//example.com",
        "/billing",
        "https://",
        "https:///billing",
        ' https://example.com/"onclick="x',
        "https://example.com/ https://thief.example",
        "https://example.com/\nTotal: 0.00 USD",
        "https://example.com/\u2028x",
        "",
    ],
)
def test_only_a_web_address_becomes_a_button(url: str) -> None:
    mail = mail_of("payment_failed", manage_url=url)
    assert "Update your card" not in mail.text + mail.html
    assert "thief" not in mail.text + mail.html
    assert "javascript" not in mail.html.lower()


def test_a_web_address_with_a_query_is_escaped() -> None:
    mail = mail_of("payment_failed", manage_url="http://127.0.0.1:8000/billing?account=1&next=cards")
    assert 'href="http://127.0.0.1:8000/billing?account=1&amp;next=cards"' in mail.html
    assert "Update your card: http://127.0.0.1:8000/billing?account=1&next=cards\n" in mail.text


@pytest.mark.parametrize("sample", ["payment_failed", "invoice_created", "plan_change_unpaid"])
def test_what_is_unpaid_can_be_paid_from_the_mail(sample: str) -> None:
    mail = mail_of(sample, pay_url="https://billing.example.com/pay/x/")
    assert 'href="https://billing.example.com/pay/x/"' in mail.html
    assert "Pay now: https://billing.example.com/pay/x/\n" in mail.text
    for none in ("", "javascript:alert(1)"):
        without = mail_of(sample, pay_url=none)
        assert "Pay now" not in without.html + without.text
