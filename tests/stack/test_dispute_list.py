"""What is contested is listed on the command line, with the day until which it must be answered."""

from pathlib import Path

from billing.accounts.open import open_account
from billing.catalog.seed import seed
from billing.clocks.wall import Wall
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.reverse_payment import reverse_payment
from database.engine import Database
from database.ids import uuid7
from schemas.facts.payments import PaymentStatus
from schemas.facts.reversals import DisputeState
from tests.billing.conftest import ADA, NOON
from tests.billing.contests import disputed
from tests.billing.purchases import fact, start_purchase
from tests.stack.forked import cashbeat


def _listed(home: Path, database_url: str) -> str:
    [line] = cashbeat("dispute", "list", home=home, DATABASE_URL=database_url).stdout.splitlines()
    return line


def test_it_is_listed_until_when_it_must_be_answered(
    books_of_owner: Database, tmp_path: Path, database_url: str
) -> None:
    with books_of_owner.transaction() as session:
        seed(session)
        account_id = open_account(session, uuid7(), ADA)
    request = start_purchase(books_of_owner, account_id, NOON)
    with books_of_owner.transaction() as session:
        record_outcome(session, fact(request, PaymentStatus.CAPTURED), Wall(NOON))
        reverse_payment(session, disputed(request.attempt_id, 1_000), Wall(NOON))
    line = _listed(tmp_path, database_url)
    assert "needs_response  10.00 USD  10.00 USD gone  stripe dp_1 fraudulent" in line
    assert line.endswith(f"account {account_id}  answer until 2026-11-29T12:00:00Z")
    with books_of_owner.transaction() as session:
        reverse_payment(session, disputed(request.attempt_id, 1_000, DisputeState.WON), Wall(NOON))
    line = _listed(tmp_path, database_url)
    assert "won  10.00 USD  0.00 USD gone" in line
    assert line.endswith(f"account {account_id}")
