"""Who says that money came, what exactly they were shown, and by how many."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from billing.commands.verbs import VERBS
from billing.credit_notes.void_invoice import void_issued
from billing.errors import Rejected
from billing.invoices.tables import Invoice
from billing.manual_payments.queries import list_claims, show_claim
from billing.manual_payments.rules import DAYS_APART_MAX, Approval
from billing.manual_payments.tables import PaymentClaim
from billing.outcomes.approve_payment import approve_payment
from database.api_keys import create_key, list_keys
from database.ids import uuid7
from database.operations import Operation
from database.staff import StaffMember
from schemas.commands.manual_payments import ApprovePayment, OfClaim, RejectPayment
from tests.billing.conftest import NOON
from tests.billing.payers import TODAY, Payer
from tests.billing.waiting import await_waiting

PRICE, CREDITS = 2_999, 2_000
DECISIONS: dict[type[OfClaim], Callable[[str], dict[str, str]]] = {
    ApprovePayment: lambda seen: {"fingerprint": seen},
    RejectPayment: lambda _seen: {"reason": "Nothing came"},
}


def test_an_approval_of_something_else_than_stands_there_is_stale(remitter: Payer) -> None:
    invoice_id = remitter.order()
    one, other = remitter.claim(invoice_id, PRICE), remitter.claim(invoice_id, PRICE)
    seen = remitter.shown(other)
    remitter.approve(one)
    with pytest.raises(Rejected) as refusal:
        remitter.approve(other, seen=seen)
    assert (refusal.value.code, refusal.value.status) == ("stale_approval", 409)
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]


def test_an_approval_of_an_invoice_that_is_void_since_is_stale(remitter: Payer) -> None:
    invoice_id = remitter.order()
    claim_id = remitter.claim(invoice_id, PRICE)
    seen = remitter.shown(claim_id)
    with remitter.database.transaction() as session:
        void_issued(session, session.get_one(Invoice, invoice_id, with_for_update=True), NOON)
    assert _try(remitter, claim_id, seen, "mo") == "stale_approval"
    assert remitter.approve(claim_id) == "approved"
    assert remitter.receipts() == [(PRICE, "USD", 0, "invoice_void")]


def test_whoever_decides_is_shown_what_else_is_claimed(remitter: Payer) -> None:
    """A double click, and another payment of the same invoice: what came in since they looked makes that stale."""
    invoice_id = remitter.order()
    claim_id = remitter.claim(invoice_id, 1_400)
    seen = remitter.shown(claim_id)
    same = remitter.claim(invoice_id, 1_400, paid_on=TODAY - DAYS_APART_MAX)
    other, euros = remitter.claim(invoice_id, 1_401), remitter.claim(invoice_id, 1_400, "EUR")
    remitter.reject(remitter.claim(invoice_id, 1_400))
    with remitter.database.transaction() as session:
        others = show_claim(session, claim_id).others
        [listed] = [each for each in list_claims(session, invoice_id=invoice_id).data if each.id == claim_id]
    assert [(each.id, each.may_be_the_same) for each in others] == [(same, True), (other, False), (euros, False)]
    assert listed.others == others
    assert _try(remitter, claim_id, seen, "mo") == "stale_approval"


def test_whoever_decides_is_shown_as_much_of_another_invoice(remitter: Payer) -> None:
    """One transfer is claimed for two orders: it may be two, so a person is called."""
    one, other, third = (remitter.order() for _ in range(3))
    first, unlike = remitter.claim(one, PRICE), remitter.claim(third, PRICE - 1)
    second, seen = remitter.claim(other, PRICE), remitter.shown(first)
    with remitter.database.transaction() as session:
        shown = {claim_id: show_claim(session, claim_id).others for claim_id in (first, unlike)}
        [listed] = list_claims(session, invoice_id=one).data
    assert [(each.id, each.invoice_id, each.may_be_the_same) for each in shown[first]] == [(second, other, True)]
    assert (shown[unlike], listed.others) == ([], shown[first])

    remitter.approve(second)
    assert _try(remitter, first, seen, "mo") == "stale_approval"
    remitter.approve(first)
    assert [remark for *_, remark in remitter.receipts()] == ["", "paid_twice"]


def test_two_people_approve_one_transfer_for_two_invoices_at_once(remitter: Payer) -> None:
    """Neither could see what the other does, so one waits for the other and has to look again."""
    first, second = (remitter.claim(remitter.order(), PRICE) for _ in range(2))
    seen = {claim_id: remitter.shown(claim_id) for claim_id in (first, second)}
    with ThreadPoolExecutor(1) as people:
        with remitter.database.transaction() as session:
            approve_payment(session, first, Approval("mo", seen[first]), NOON)
            other = people.submit(_try, remitter, second, seen[second], "jo")
            await_waiting(remitter.database)
        assert other.result() == "stale_approval"
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]


def test_an_approval_is_stale_where_another_was_approved_or_went_back(remitter: Payer) -> None:
    """Of an invoice that is paid nothing else tells it; and what was paid back leaves the others as they were."""
    paid, owed = remitter.order(), remitter.order()
    remitter.pay(paid, PRICE)
    one, other = remitter.claim(paid, 1_000), remitter.claim(paid, 2_000)
    seen = remitter.shown(one)
    remitter.approve(other)
    assert _try(remitter, one, seen, "mo") == "stale_approval"

    part, rest = remitter.pay(owed, 1_000), remitter.claim(owed, 1_999)
    seen = remitter.shown(rest)
    remitter.pay_back(part, 1_000)
    assert _try(remitter, rest, seen, "mo") == "stale_approval"


def test_what_may_be_told_twice_calls_a_person(remitter: Payer) -> None:
    """One claim sent twice, and both approved: the second may be no other money."""
    invoice_id = remitter.order()
    for claim_id in (remitter.claim(invoice_id, 1_400), remitter.claim(invoice_id, 1_400)):
        remitter.approve(claim_id)
    assert remitter.receipts() == [(1_400, "USD", 1_400, ""), (1_400, "USD", 1_400, "paid_twice")]


@pytest.mark.parametrize(
    ("minor", "currency", "days"), [(1_401, "USD", 0), (1_400, "EUR", 0), (1_400, "USD", DAYS_APART_MAX.days + 1)]
)
def test_another_amount_or_month_is_another_payment(remitter: Payer, minor: int, currency: str, days: int) -> None:
    invoice_id = remitter.order()
    remitter.pay(invoice_id, 1_400)
    remitter.approve(remitter.claim(invoice_id, minor, currency, paid_on=TODAY - timedelta(days=days)))
    assert [remark for *_, remark in remitter.receipts()] == ["", "other_currency" if currency == "EUR" else ""]


def test_above_the_limit_another_person_approves(remitter: Payer) -> None:
    remitter.limit(PRICE - 1)
    claim_id = remitter.claim(remitter.order(), PRICE)
    assert remitter.approve(claim_id, by="mo") == "awaiting_second_approval"
    assert (remitter.receipts(), remitter.credits()) == ([], 0)

    with pytest.raises(Rejected) as refusal:
        remitter.approve(claim_id, by="mo")
    assert refusal.value.code == "same_approver"
    assert remitter.receipts() == []

    assert remitter.approve(claim_id, by="jo") == "approved"
    assert remitter.credits() == CREDITS
    assert (remitter.row(claim_id).first_approved_by, remitter.row(claim_id).decided_by) == ("mo", "jo")


@pytest.mark.parametrize("other", ["operator/anna", "operator/Anna", "key/ANNA", "staff/aNNa"])
def test_one_person_is_one_by_every_door_and_spelling(remitter: Payer, other: str) -> None:
    remitter.limit(0)
    claim_id = remitter.claim(remitter.order(), PRICE)
    remitter.approve(claim_id, by="operator/anna")
    with pytest.raises(Rejected) as refusal:
        remitter.approve(claim_id, by=other)
    assert refusal.value.code == "same_approver"
    remitter.limit(PRICE)
    assert remitter.approve(claim_id, by=other) == "approved"
    assert remitter.row(claim_id).first_approved_by == ""
    with pytest.raises(IntegrityError, match="two_people_approve"), remitter.database.transaction() as session:
        session.execute(update(PaymentClaim).values(first_approved_by="operator/AnnA", first_seen="x"))


def test_within_the_limit_one_person_is_enough(remitter: Payer) -> None:
    remitter.limit(PRICE)
    remitter.limit(0, "EUR")
    assert remitter.approve(remitter.claim(remitter.order(), PRICE)) == "approved"


def test_two_people_must_have_seen_the_same(remitter: Payer) -> None:
    remitter.limit(1_000)
    invoice_id = remitter.order()
    claim_id = remitter.claim(invoice_id, PRICE)
    remitter.approve(claim_id, by="mo")
    remitter.pay(invoice_id, 500)

    # what mo approved would now be too much: jo is the first to approve that
    assert remitter.approve(claim_id, by="jo") == "awaiting_second_approval"
    assert remitter.row(claim_id).first_approved_by == "jo"
    assert remitter.approve(claim_id, by="mo") == "approved"
    assert remitter.kept() == {"USD": 500}


def test_a_limit_that_is_raised_lets_the_first_person_approve(remitter: Payer) -> None:
    remitter.limit(0)
    claim_id = remitter.claim(remitter.order(), PRICE)
    remitter.approve(claim_id, by="mo")
    remitter.limit(10_000)
    assert remitter.approve(claim_id, by="mo") == "approved"
    assert (remitter.row(claim_id).first_approved_by, remitter.row(claim_id).decided_by) == ("", "mo")


def test_the_database_refuses_one_person_as_two(remitter: Payer) -> None:
    remitter.limit(0)
    claim_id = remitter.claim(remitter.order(), PRICE)
    remitter.approve(claim_id, by="mo")
    remitter.approve(claim_id, by="jo")
    with pytest.raises(IntegrityError, match="two_people_approve"), remitter.database.transaction() as session:
        session.execute(update(PaymentClaim).values(decided_by="mo"))


def test_sixteen_people_approve_at_once(remitter: Payer) -> None:
    """Of all that have seen the same, one books it."""
    claim_id = remitter.claim(remitter.order(), PRICE)
    approve = partial(_try, remitter, claim_id, remitter.shown(claim_id))
    with ThreadPoolExecutor(16) as people:
        answers = list(people.map(approve, [f"person-{number}" for number in range(16)]))
    assert sorted(answers) == ["approved"] + ["claim_decided"] * 15
    assert remitter.receipts() == [(PRICE, "USD", PRICE, "")]
    assert remitter.credits() == CREDITS


def _try(remitter: Payer, claim_id: UUID, seen: str, by: str) -> str:
    try:
        return remitter.approve(claim_id, by, seen)
    except Rejected as refusal:
        return refusal.code


@pytest.mark.parametrize("decision", [ApprovePayment, RejectPayment])
def test_a_product_decides_about_nothing(remitter: Payer, decision: type[OfClaim]) -> None:
    """It gives itself any name, and could be two people at once."""
    claim_id = remitter.claim(remitter.order(), PRICE)
    command = decision.model_validate({"claim_id": claim_id, **DECISIONS[decision](remitter.shown(claim_id))})
    asked = Operation(id=uuid7(), kind=decision.kind, caller="app/shop")
    with pytest.raises(Rejected) as refusal, remitter.database.transaction() as session:
        VERBS[decision](session, asked, command, NOON)
    assert refusal.value.code == "not_a_person"
    assert (remitter.row(claim_id).status, remitter.receipts()) == ("submitted", [])

    with remitter.database.transaction() as session:
        create_key(session, "mo", ["admin:write"])
        session.flush()
        asked.caller = str(list_keys(session)[0].id)
        VERBS[decision](session, asked, command, NOON)
    assert remitter.row(claim_id).decided_by == "key/mo"


def test_one_of_the_staff_decides_by_name(remitter: Payer) -> None:
    claim_id = remitter.claim(remitter.order(), PRICE)
    command = ApprovePayment.model_validate(
        {"claim_id": claim_id, **DECISIONS[ApprovePayment](remitter.shown(claim_id))}
    )
    with remitter.database.transaction() as session:
        robin = StaffMember(id=uuid7(), name="Robin", email="robin@cashbeat.example", role="approver")
        session.add(robin)
        session.flush()
        asked = Operation(id=uuid7(), kind=command.kind, caller=f"staff/{robin.id}")
        VERBS[ApprovePayment](session, asked, command, NOON)
    assert remitter.row(claim_id).decided_by == "staff/Robin"
