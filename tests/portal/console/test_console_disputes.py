"""Disputes in the console: until when each has to be answered, and what speaks for us."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.disputes.keep_evidence import keep_evidence
from billing.outcomes.reverse_payment import reverse_payment
from schemas.facts.reversals import DisputeState, ReversedPaymentFact
from schemas.permissions import StaffRole
from tests.billing.contests import ANSWER, contest_facts
from tests.billing.subscribers import Books
from tests.portal.console.conftest import AtWork, Hire

DISPUTES = "/admin/payments/disputes"
Contest = Callable[..., UUID]


@pytest.fixture
def contest(subscribers: Books, paid_receipt: UUID, books_of_portal: Session) -> Contest:
    """The customer's bank takes back a payment, or asks, having begun so long ago: the dispute."""

    def begin(state: DisputeState, days_ago: int = 0) -> UUID:
        found = text("SELECT reference FROM receipts WHERE id = :id")
        payment_ref = books_of_portal.scalars(found, {"id": paid_receipt}).one()
        begun, reference = datetime.now(UTC) - timedelta(days=days_ago), f"dp_{uuid4().hex}"
        told = contest_facts(reference, 9_900, state, fee_minor=0, at=begun)[:1]
        attempt_id = str(UUID(payment_ref.removeprefix("pi_")))
        fact = ReversedPaymentFact("stripe", payment_ref.replace("pi_", "ch_"), payment_ref, told, attempt_id)
        with subscribers.database.transaction() as session:
            reverse_payment(session, fact, Wall(datetime.now(UTC)))
        by_ref = text("SELECT id FROM disputes WHERE dispute_ref = :ref")
        dispute_id: UUID = books_of_portal.scalars(by_ref, {"ref": reference}).one()
        return dispute_id

    return begin


def test_a_dispute_says_until_when_it_is_answered_and_hands_out_what_speaks_for_us(
    at_work: AtWork, hire: Hire, contest: Contest, subscribers: Books, paid_receipt: UUID
) -> None:
    dispute_id, robin = contest(DisputeState.NEEDS_RESPONSE), at_work(hire(StaffRole.SUPPORT))
    due = (datetime.now(UTC) + ANSWER).date()
    listed = robin.open(f"{DISPUTES}?status=needs_response&sort=due").text
    assert f'href="{DISPUTES}/{dispute_id}"' in listed
    assert f'<strong><time datetime="{due.isoformat()}' in listed
    page = robin.open(f"{DISPUTES}/{dispute_id}").text
    for told in ("(6 whole days left)", "$99.00", "fraudulent", f"/admin/payments/received/{paid_receipt}"):
        assert told in page, told
    assert "is not written yet" in page
    paper = f"{DISPUTES}/{dispute_id}/evidence.pdf"
    assert robin.open(paper).status_code == 404
    with subscribers.database.transaction() as session:
        keep_evidence(session, dispute_id, b"%PDF-1.7 what speaks for us", datetime.now(UTC))
    assert paper in robin.open(f"{DISPUTES}/{dispute_id}").text
    assert robin.open(paper).content == b"%PDF-1.7 what speaks for us"
    assert robin.open(f"/admin/search?q={dispute_id}").headers["location"] == f"{DISPUTES}/{dispute_id}"


def test_one_that_is_late_says_so_and_one_that_is_only_asked_about_how_it_ends(
    at_work: AtWork, hire: Hire, contest: Contest
) -> None:
    robin = at_work(hire(StaffRole.FINANCE))
    late = robin.open(f"{DISPUTES}/{contest(DisputeState.NEEDS_RESPONSE, days_ago=9)}").text
    assert "The time to answer is over" in late
    asked = robin.open(f"{DISPUTES}/{contest(DisputeState.INQUIRY)}").text
    assert "A refund ends it" in asked


def test_filters_of_disputes_that_make_no_sense_are_refused(at_work: AtWork, hire: Hire) -> None:
    robin = at_work(hire(StaffRole.OPERATOR))
    for wrong in ("?status=mine", "?sort=deadline", "?payment_id=x", "?opened_from=soon"):
        assert robin.open(f"{DISPUTES}{wrong}").status_code == 422, wrong
