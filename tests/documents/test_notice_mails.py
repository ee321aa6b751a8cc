"""The mails about a subscription, its payments and its credits: what they say, and that both forms say it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.errors import Rejected
from billing.subscriptions.states import TRANSITIONS
from documents.limits import TEXT_LENGTH_MAX
from documents.notice_facts import ENDED
from documents.notice_rows import ROWS, SERVICES_SHOWN_MAX
from documents.notice_samples import INVOICE, PAID, TEAM, sample_kind, sample_notices
from documents.notices import NOTICES, render_notice
from documents.samples import BUYER, SELLER
from documents.templates import FOLDER
from schemas.documents import CardFacts, EmailFacts, NoticeFacts, PartyFacts

PDF = b"%PDF-1.7 stand-in"
RECIPIENT = "accounts@harbour.example"
SAMPLES = sample_notices()

Removal = Callable[[NoticeFacts], NoticeFacts]


def of_subscription(name: str, empty: object) -> Removal:
    def remove(facts: NoticeFacts) -> NoticeFacts:
        if facts.subscription is None:
            return facts
        return replace(facts, subscription=replace(facts.subscription, **{name: empty}))  # type: ignore[arg-type] # by name

    return remove


def without_instructions(facts: NoticeFacts) -> NoticeFacts:
    return replace(facts, invoice=replace(facts.invoice, payment_instructions="")) if facts.invoice else facts


# what may be taken away from a sample, one by one
REMOVALS: dict[str, Removal] = {
    "manage_url": lambda facts: replace(facts, manage_url=""),
    "pay_url": lambda facts: replace(facts, pay_url=""),
    "failure": lambda facts: replace(facts, failure=""),
    "invoice": lambda facts: replace(facts, invoice=None),
    "instructions": without_instructions,
    "addresses": lambda facts: replace(facts, buyer=PartyFacts(""), seller=PartyFacts("Example SaaS Inc.")),
    "balance": lambda facts: replace(facts, credits_balance=0),
    "threshold": lambda facts: replace(facts, credits_threshold=0),
    "credits_per_period": of_subscription("credits_per_period", 0),
    "services": of_subscription("services", ()),
    **{
        name: of_subscription(name, None)
        for name in ("trial_ends_on", "ends_on", "next_attempt_on", "resumes_on", "card")
    },
}
FREE_OF_NEEDS = {"low_credits", "top_up_stopped"}
# their headers name no plan
WITHOUT_PLAN = FREE_OF_NEEDS | {
    "invoice_created", "manual_payment_instructions", "payment_approved", "payment_rejected", "payment_reminder",
    "order_canceled",
}  # fmt: skip
NEEDED = {
    "trial_ending": {"trial_ends_on"}, "card_expiring": {"card"}, "invoice_created": {"invoice"},
    "plan_change_unpaid": {"invoice"}, "manual_payment_instructions": {"invoice"}, "payment_reminder": {"invoice"},
    "order_canceled": {"invoice"},
}  # fmt: skip


def mail_of(sample: str, **changes: object) -> EmailFacts:
    facts = replace(SAMPLES[sample], **changes)  # type: ignore[arg-type] # by name
    return render_notice(sample_kind(sample), facts, RECIPIENT)


def shown(page: str) -> str:
    """What a reader sees of a page, its title aside, with single spaces."""
    body = re.sub(r"<title>.*?</title>", " ", page, flags=re.DOTALL)
    return words(unescape(re.sub(r"<[^>]+>", "", body)))


def words(text: str) -> str:
    return " ".join(re.sub(r"[:*]", " ", text).split())


def require_readable(mail: EmailFacts) -> None:
    """Both forms say the same, without gaps where facts are missing."""
    story = mail.text.split("\n-- \n")[0]
    page = shown(mail.html)
    for line in story.splitlines():
        assert words(re.sub(r": https://example\.com/(billing|pay/\S+)", "", line)) in page, line
    for body in (story, page):
        assert "None" not in body
        assert not re.search(r"  | [.,]|\n\n\n|: *\n", body), body
    assert story.startswith("Hello")
    assert len(mail.subject.splitlines()) == 1


def test_every_notice_has_two_templates_and_a_sample() -> None:
    folder = FOLDER / "email"
    frames = {"base", "notice", "parts", "payment_confirmation"}
    for ending in ("html", "txt"):
        assert {path.stem for path in folder.glob(f"*.{ending}")} - frames == set(NOTICES)
    assert {sample_kind(name) for name in SAMPLES} == set(NOTICES)
    assert {label for notice in NOTICES.values() for label in notice.rows} == set(ROWS)


def test_notices_use_the_statuses_of_subscriptions() -> None:
    assert {status for status, following in TRANSITIONS.items() if not following} == ENDED
    assert {facts.subscription.status for facts in SAMPLES.values() if facts.subscription} <= set(TRANSITIONS)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_reads_the_same_in_both_forms(sample: str) -> None:
    mail = mail_of(sample)
    require_readable(mail)
    assert mail.recipient == RECIPIENT
    assert mail.attachments == ()
    assert "attached" not in mail.text
    assert 'href="https://example.com/billing"' in mail.html
    assert ": https://example.com/billing\n" in mail.text
    for forbidden in ("<img", "src=", "url(", "<link", "<script", "<style", "@import"):
        assert forbidden not in mail.html


@given(sample=st.sampled_from(sorted(SAMPLES)), removed=st.sets(st.sampled_from(sorted(REMOVALS))))
@settings(deadline=None)
def test_a_notice_reads_well_without_what_it_does_not_need(sample: str, removed: set[str]) -> None:
    kind, facts = sample_kind(sample), SAMPLES[sample]
    for name in removed - NEEDED.get(kind, set()):
        facts = REMOVALS[name](facts)
    require_readable(render_notice(kind, facts, RECIPIENT))


@pytest.mark.parametrize("kind", NOTICES)
def test_a_needed_fact_that_is_missing_is_refused(kind: str) -> None:
    bare = NoticeFacts(SELLER, BUYER)
    if kind in FREE_OF_NEEDS:
        require_readable(render_notice(kind, bare, RECIPIENT))
        return
    with pytest.raises(ValueError, match="needs"):
        render_notice(kind, bare, RECIPIENT)
    for name in NEEDED.get(kind, set()):
        with pytest.raises(ValueError, match="needs"):
            render_notice(kind, REMOVALS[name](SAMPLES[kind]), RECIPIENT)


def test_an_unknown_notice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no notice is called '\.\./base'"):
        render_notice("../base", SAMPLES["low_credits"], RECIPIENT)


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
