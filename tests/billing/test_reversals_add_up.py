"""Whatever is told of refunds and disputes, in whatever order: what is booked is what has left by the last news."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from billing.clocks.wall import Wall
from billing.invariants import violations
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.reverse_payment import reverse_payment
from billing.receipts.tables import REVERSALS, Receipt
from database.engine import Database
from database.ids import uuid7
from schemas.facts.payments import PaymentStatus
from schemas.facts.reversals import Contest, DisputeState, RefundState, ReversalFact, ReversalKind, ReversedPaymentFact
from tests.billing.conftest import NOON
from tests.billing.purchases import fact, start_purchase
from tests.billing.subscribers import Books

PRICE = 2_999
EARLIER = NOON - timedelta(hours=1)
# of each refund the gateway says one amount, or that it failed
REFUNDS = {"re_1": 1_000, "re_2": 1_999}
DISPUTES = st.sampled_from([(ReversalKind.DISPUTE, "dp_1"), (ReversalKind.DISPUTE_FEE, "dp_1")])
REFUNDED = st.sampled_from([(ReversalKind.REFUND, reference) for reference in REFUNDS])
LEFT = st.tuples(st.integers(0, PRICE), st.sampled_from(["USD", "EUR"]))
CAME_TO = st.sampled_from([(RefundState.SUCCEEDED, "USD"), (RefundState.FAILED, "USD")])
DISPUTED, GIVEN_BACK = st.dictionaries(DISPUTES, LEFT, max_size=2), st.dictionaries(REFUNDED, CAME_TO, max_size=2)
CONTEST = Contest(DisputeState.NEEDS_RESPONSE, PRICE, "fraudulent", EARLIER, None)
NEWS = st.lists(st.tuples(DISPUTED, GIVEN_BACK), max_size=6)


def _tell(database: Database, attempt_id: str, *reversals: ReversalFact) -> None:
    told = ReversedPaymentFact("stripe", f"ch_{attempt_id}", f"pi_{attempt_id}", reversals, attempt_id)
    with database.transaction() as session:
        reverse_payment(session, told, Wall(NOON))


def _refund(reference: str, amount_minor: int, has_failed: bool) -> ReversalFact:
    state = RefundState.FAILED if has_failed else RefundState.SUCCEEDED
    left_minor = 0 if has_failed else amount_minor
    return ReversalFact(ReversalKind.REFUND, reference, left_minor, "USD", EARLIER, state)


@pytest.fixture
def attempt_id(books: Books, account_id: UUID) -> str:
    """A paid purchase."""
    request = start_purchase(books.database, account_id, NOON)
    with books.database.transaction() as session:
        record_outcome(session, fact(request, PaymentStatus.CAPTURED), Wall(NOON))
    return request.attempt_id


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(news=NEWS)
def test_the_last_news_of_each_is_what_has_left(books: Books, attempt_id: str, news: list[Any]) -> None:
    """Examples go on where the last one ended: disputes under the same references, refunds under new ones."""
    example, failed = uuid7(), set()
    last: dict[tuple[str, str, str], int] = {}
    for disputed, refunded in news:
        # what has failed stays failed
        failed |= {reference for (_, reference), (state, _) in refunded.items() if state is RefundState.FAILED}
        facts = [
            ReversalFact(kind, reference, minor, currency, EARLIER, contest=CONTEST)
            for (kind, reference), (minor, currency) in disputed.items()
        ]
        facts += [
            _refund(f"{reference}/{example}", REFUNDS[reference], reference in failed) for _, reference in refunded
        ]
        last |= {(each.kind.value, each.reversal_ref, each.currency): each.left_minor for each in facts}
        _tell(books.database, attempt_id, *facts)
        _tell(books.database, attempt_id, *facts)
    with books.database.transaction() as session:
        booked = session.scalars(select(Receipt).where(Receipt.source.in_(REVERSALS))).all()
        moved: Counter[tuple[str, str, str]] = Counter()
        for each in booked:
            moved[each.source.value, each.reference, each.currency] += each.amount_minor
        assert {said: -moved[said] for said in last} == last
        gone = sum(each.amount_minor for each in booked if each.currency == "USD")
        assert balances(session)[(LedgerAccount.GATEWAY_CLEARING, "stripe", "USD")] == PRICE + gone
        assert violations(session) == []


def test_kept_money_is_not_made_of_what_came_back(books: Books, account_id: UUID, attempt_id: str) -> None:
    for left_minor in (PRICE, 0):
        told = ReversalFact(ReversalKind.DISPUTE, "dp_1", left_minor, "USD", NOON, contest=CONTEST)
        _tell(books.database, attempt_id, told)
    assert books.kept_minor(account_id) == 0
