"""Whatever is claimed, approved, rejected and seen too late, in whatever order: the bank and the books say the same."""

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.accounts.open import open_account
from billing.errors import Rejected
from billing.invoices.tables import InvoiceStatus
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from database.ids import uuid7
from tests.billing.conftest import ADA
from tests.billing.payers import Payer
from tests.billing.subscribers import Books

FUZZED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PRICE, CREDITS, LIMIT = 2_999, 2_000, 2_000
AMOUNTS = st.one_of(st.just(PRICE), st.integers(1, 2 * PRICE))
# which of two invoices, how much, who looks at it, and whether they look before the payment that came before
STEPS = st.lists(
    st.tuples(st.integers(0, 1), AMOUNTS, st.sampled_from(["mo", "jo", "nobody"]), st.booleans()),
    min_size=1,
    max_size=8,
)


@FUZZED
@given(steps=STEPS)
def test_bank_and_books_say_the_same(books: Books, steps: list[tuple[int, int, str, bool]]) -> None:
    with books.database.transaction() as session:
        payer = Payer(books.database, open_account(session, uuid7(), ADA))
    before = _cleared(books)
    payer.limit(LIMIT)
    invoices = [payer.order(), payer.order()]
    came = [0, 0]
    claims = [(place, minor, who, payer.claim(invoices[place], minor), late) for place, minor, who, late in steps]
    seen = {claim_id: payer.shown(claim_id) for *_, claim_id, _ in claims}
    for place, minor, who, claim_id, is_late in claims:
        if who == "nobody":
            payer.reject(claim_id)
            continue
        with contextlib.suppress(Rejected):
            payer.approve(claim_id, who, seen[claim_id] if is_late else "")
        if payer.row(claim_id).status == "awaiting_second_approval":
            assert minor > LIMIT, "one person is enough for less"
            payer.approve(claim_id, "cy")
        came[place] += minor if payer.row(claim_id).receipt_id else 0

    assert _cleared(books) - before == sum(came)
    assert payer.kept().get("USD", 0) == sum(max(minor - PRICE, 0) for minor in came)
    paid = [payer.invoice(invoice_id).status is InvoiceStatus.PAID for invoice_id in invoices]
    assert paid == [minor >= PRICE for minor in came]
    assert payer.credits() == CREDITS * sum(paid)
    assert books.disorder() == []


def _cleared(books: Books) -> int:
    with books.database.transaction() as session:
        return balances(session).get((LedgerAccount.GATEWAY_CLEARING, "bank_transfer", "USD"), 0)
