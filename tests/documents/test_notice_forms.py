"""Both forms of each notice say the same, with and without what it may lack."""

from collections.abc import Callable
from dataclasses import replace
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.subscriptions.states import TRANSITIONS
from documents.notice_facts import ENDED
from documents.notice_rows import ROWS
from documents.notice_samples import sample_kind
from documents.notices import NOTICES, render_notice
from documents.samples import BUYER, SELLER
from documents.templates import FOLDER
from schemas.documents import NoticeFacts, PartyFacts
from schemas.messages.emails import PERSONAL
from tests.documents.notices import FREE_OF_NEEDS, RECIPIENT, SAMPLES, mail_of, require_readable

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


NEEDED: dict[str, set[str]] = {
    "trial_ending": {"trial_ends_on"}, "card_expiring": {"card"}, "invoice_created": {"invoice"},
    "plan_change_unpaid": {"invoice"}, "manual_payment_instructions": {"invoice"}, "payment_reminder": {"invoice"},
    "order_canceled": {"invoice"}, "invoice_sent": {"invoice"},
    **{kind: {"manage_url"} for kind in PERSONAL},
}  # fmt: skip


def test_every_notice_has_two_templates_and_a_sample() -> None:
    folder = FOLDER / "email"
    frames = {"base", "notice", "parts", "payment_confirmation", "endpoint_disabled"}
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
    assert f'href="{escape(_main_link(sample))}"' in mail.html
    assert f": {_main_link(sample)}\n" in mail.text
    for forbidden in ("<img", "src=", "url(", "<link", "<script", "<style", "@import"):
        assert forbidden not in mail.html


def _main_link(sample: str) -> str:
    """Whoever is invited into a team has nothing to manage yet."""
    facts = SAMPLES[sample]
    if facts.sign_in:
        return facts.sign_in.sign_in_url
    return facts.invitation.join_url if facts.invitation else facts.manage_url


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
