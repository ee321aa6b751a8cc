"""What is dangerous waits for another person, who approves exactly what it does; else nothing is done."""

from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from billing.accounts.queries import get_account
from billing.approvals.rules import LIMITS
from billing.commands.dangers import DANGERS
from billing.commands.verbs import VERBS
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.receipts.tables import Receipt
from billing.refunds.tables import Refund
from database.audit.queries import Wanted, list_entries
from database.engine import Database
from database.memory import WorkState
from tests.billing.deciders import Deciders
from tests.billing.payers import Payer
from tests.billing.prepaid import Prepaid
from workers.wiring import Work


@pytest.fixture
def deciders(hands: Work, database: Database, books_of_owner: Database) -> Deciders:
    """They decide about credits and refunds."""
    return Deciders(hands, books_of_owner)


def _grant(deciders: Deciders, account_id: UUID, amount: int, who: str = "mo") -> UUID:
    return deciders.say(
        who, "adjust_credits", account_id=str(account_id), direction="grant", amount=amount, reason="an outage"
    )


def _balance(deciders: Deciders, prepaid: Prepaid) -> int:
    return prepaid.balance(deciders.work.wall().at)


def test_below_the_limit_one_person_is_enough(deciders: Deciders, prepaid: Prepaid) -> None:
    granted = _grant(deciders, prepaid.account_id, LIMITS["adjust_credits"])
    assert (deciders.outcome(granted), _balance(deciders, prepaid)) == ("done", 10_000)


def test_above_it_nothing_is_done_until_another_person_approves(deciders: Deciders, prepaid: Prepaid) -> None:
    wanted = _grant(deciders, prepaid.account_id, 20_000)
    assert deciders.row(wanted).state is WorkState.AWAITING_APPROVAL
    assert _balance(deciders, prepaid) == 0
    shown = deciders.shown(wanted)
    assert (shown.kind, shown.amount, shown.unit, shown.asked_by) == ("adjust_credits", 20_000, "credits", "key/Mo")
    assert shown.effect["amount"] == 20_000
    deciders.run(wanted)
    assert _balance(deciders, prepaid) == 0

    assert deciders.approve("jo", wanted) == "done"
    assert (deciders.outcome(wanted), _balance(deciders, prepaid)) == ("done", 20_000)
    assert (deciders.shown(wanted).status, deciders.shown(wanted).decided_by) == ("done", "key/Jo")
    assert deciders.approve("jo", wanted) == "approval_decided"
    assert _balance(deciders, prepaid) == 20_000


def test_credits_that_may_be_owed_are_as_good_as_granted(deciders: Deciders, prepaid: Prepaid) -> None:
    """Else one person would give by an overdraft what takes two as a grant."""

    def agree(credits: int) -> UUID:
        wanted = {"account_id": str(prepaid.account_id), "credit_overdraft_max": credits}
        return deciders.say("mo", "set_credit_overdraft_max", **wanted)

    def agreed() -> int:
        with deciders.work.database.transaction() as session:
            return get_account(session, prepaid.account_id).credit_overdraft_max

    assert (deciders.outcome(agree(10_000)), agreed()) == ("done", 10_000)
    wanted = agree(10_001)
    assert (deciders.row(wanted).state, agreed()) == (WorkState.AWAITING_APPROVAL, 10_000)
    assert deciders.approve("mo again", wanted) == "same_approver"
    assert (deciders.approve("jo", wanted), agreed()) == ("done", 10_001)


def test_who_wants_it_is_no_second_person_with_another_key_either(deciders: Deciders, prepaid: Prepaid) -> None:
    wanted = _grant(deciders, prepaid.account_id, 20_000)
    assert deciders.approve("mo", wanted) == "same_approver"
    assert deciders.approve("mo again", wanted) == "same_approver"
    assert deciders.approve("app/shop", wanted) == "not_a_person"
    assert deciders.approve("jo", wanted, "0" * 64) == "stale_approval"
    assert _balance(deciders, prepaid) == 0
    alone = text("UPDATE approvals SET status = 'approved', decided_by = 'operator/MO', decided_at = now()")
    with pytest.raises(IntegrityError, match="two_people"), deciders.work.database.transaction() as session:
        session.execute(alone)


def test_what_has_another_effect_by_now_is_stale_and_nothing_is_done(
    deciders: Deciders, billed: UUID, remitter: Payer
) -> None:
    """Two people agree to write off 29.99; meanwhile 10.00 of it came."""
    deciders.limit("write_off_invoice", "USD", 0)
    wanted = deciders.say("mo", "write_off_invoice", invoice_id=str(billed), reason="closed")
    assert deciders.shown(wanted).effect["left_minor"] == 2_999
    remitter.pay(billed, 1_000)
    assert deciders.approve("jo", wanted) == "done"
    assert deciders.outcome(wanted) == "approval_stale"
    assert deciders.shown(wanted).status == "stale"
    assert remitter.invoice(billed).status is InvoiceStatus.PENDING

    again = deciders.say("mo", "write_off_invoice", invoice_id=str(billed), reason="closed")
    assert deciders.approve("jo", again) == "done"
    assert (deciders.outcome(again), remitter.invoice(billed).status) == ("done", InvoiceStatus.UNCOLLECTIBLE)


def test_a_refund_is_shown_with_its_papers_and_then_done_as_it_was_shown(
    deciders: Deciders, billed: UUID, remitter: Payer
) -> None:
    remitter.pay(billed, 2_999)
    deciders.limit("refund_payment", "*", 1_000)
    with deciders.work.database.transaction() as session:
        payment_id = session.scalars(select(Receipt.id)).one()
    wish = {"payment_id": str(payment_id), "paid_out_on": "2026-11-23", "used_credits": "forgive"}
    small = deciders.say("mo", "refund_payment", amount_minor=500, **wish)
    assert deciders.outcome(small) == "done"
    wanted = deciders.say("mo", "refund_payment", amount_minor=2_000, **wish)
    effect = deciders.shown(wanted).effect
    assert (effect["amount_minor"], effect["currency"]) == (2_000, "USD")
    assert [note["refunded_minor"] for note in effect["credit_notes"]] == [2_000]
    with deciders.work.database.transaction() as session:
        assert len(session.scalars(select(Refund)).all()) == 1
    assert deciders.approve("jo", wanted) == "done"
    assert deciders.outcome(wanted) == "done"
    with deciders.work.database.transaction() as session:
        assert sorted(session.scalars(select(Refund.amount_minor))) == [500, 2_000]


def test_it_is_refused_for_a_reason_or_taken_back(deciders: Deciders, prepaid: Prepaid) -> None:
    refused, taken_back = (_grant(deciders, prepaid.account_id, 20_000) for _ in range(2))
    for who, operation_id in (("jo", refused), ("mo", taken_back)):
        deciders.say(who, "refuse_operation", approval_id=str(operation_id), reason="not this year")
        assert deciders.outcome(operation_id) == "approval_refused"
        assert deciders.row(operation_id).problem["detail"].endswith("not this year")  # type: ignore[index]
        assert deciders.approve("jo", operation_id) == "approval_decided"
    assert _balance(deciders, prepaid) == 0


def test_what_nobody_decides_about_ends_by_itself(deciders: Deciders, prepaid: Prepaid) -> None:
    wanted = _grant(deciders, prepaid.account_id, 20_000)
    assert deciders.wait(days=6) == 0
    assert deciders.wait(days=8) == 1
    assert (deciders.outcome(wanted), deciders.shown(wanted).status) == ("approval_expired", "expired")
    assert deciders.wait(days=9) == 0


def test_a_company_of_one_person_says_so(deciders: Deciders, prepaid: Prepaid) -> None:
    deciders.limit("adjust_credits", "*", None)
    assert deciders.outcome(_grant(deciders, prepaid.account_id, 500_000)) == "done"
    deciders.limit("adjust_credits", "credits", 5)
    assert deciders.outcome(_grant(deciders, prepaid.account_id, 6)) == "awaiting_approval"


def test_what_the_rules_refuse_is_refused_at_once_and_asks_nobody(deciders: Deciders, prepaid: Prepaid) -> None:
    body = {"account_id": str(prepaid.account_id), "direction": "take", "amount": 20_000, "reason": "a mistake"}
    assert deciders.outcome(deciders.say("mo", "adjust_credits", **body)) == "insufficient_credits"
    past = {**body, "direction": "grant", "expires_at": "2020-01-01T00:00:00Z"}
    assert deciders.outcome(deciders.say("mo", "adjust_credits", **past)) == "expires_in_past"


def test_credits_are_taken_for_a_reason(deciders: Deciders, prepaid: Prepaid) -> None:
    _grant(deciders, prepaid.account_id, 100)
    body = {"account_id": str(prepaid.account_id), "direction": "take", "amount": 30, "reason": "granted twice"}
    assert deciders.outcome(deciders.say("mo", "adjust_credits", **body)) == "done"
    assert _balance(deciders, prepaid) == 70


def test_both_people_stand_in_the_audit_and_what_was_stopped_is_in_it_once(
    deciders: Deciders, prepaid: Prepaid
) -> None:
    wanted = _grant(deciders, prepaid.account_id, 20_000)
    deciders.approve("jo", wanted)
    with deciders.work.database.transaction() as session:
        entries, _ = list_entries(session, Wanted(), None, 10)
        told = [(each.entry.action, each.entry.actor_name, each.reason) for each in reversed(entries)]
    assert told == [("approve_operation", "Jo", ""), ("adjust_credits", "Mo", "an outage")]


def test_an_invoice_whose_subscription_goes_on_is_not_written_off(deciders: Deciders, april: UUID) -> None:
    with deciders.work.database.transaction() as session:
        invoice_id = session.scalars(select(Invoice.id).where(Invoice.subscription_id == april)).first()
    told = deciders.say("mo", "write_off_invoice", invoice_id=str(invoice_id), reason="x")
    assert deciders.outcome(told) == "subscription_runs"


def test_each_danger_has_a_verb_of_ours_and_a_limit() -> None:
    """Nothing that a gateway is asked for in the command itself can be tried and taken back."""
    assert set(DANGERS) <= set(VERBS)
    assert {command.kind for command in DANGERS} == set(LIMITS)
