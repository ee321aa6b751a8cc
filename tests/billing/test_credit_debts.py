"""Used credits whose money goes back: owed to a limit, taken from what else there is, and paid by the next ones."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select, text

from billing.accounts.queries import lock_account
from billing.clocks.wall import Wall
from billing.credit_notes.tables import CreditNoteCounter
from billing.credits.queries import list_transactions
from billing.errors import Rejected
from billing.invariants.credits_are_proved import ask
from billing.notices.letterhead import Letterhead
from billing.notices.letters import LETTERS
from billing.notices.occasion import Occasion
from billing.refunds.tables import Refund, UsedCredits
from database.engine import Database, dialect_url
from schemas.documents import PartyFacts
from tests.billing.company import Company
from tests.billing.standing import publish
from tests.billing.subscribers import Books, utc
from tests.billing.waiting import await_waiting

LETTERHEAD = Letterhead(PartyFacts("Example SaaS Inc."), "", "", {}, lambda code: code, "")
BEGIN, END = utc("2026-04-01 10:00"), utc("2026-05-01 10:00")
DEBT = UsedCredits.DEBT


def _may_owe(books: Books, account_id: UUID, credits: int) -> None:
    with books.database.transaction() as session:
        lock_account(session, account_id).credit_debt_max = credits


def _movements(books: Books, account_id: UUID) -> list[tuple[str, int]]:
    with books.database.transaction() as session:
        return [(each.movement, each.amount) for each in reversed(list_transactions(session, account_id).data)]


def test_all_goes_back_and_the_next_credits_pay_for_the_used_ones(books: Books, ada: UUID, company: Company) -> None:
    company.sell("value")
    company.use(1_500)
    assert company.refund(used=DEBT) == 2_999
    assert (company.balance().balance, company.balance().debt) == (-1_500, 1_500)
    with pytest.raises(Rejected) as refused:
        company.use(1)
    assert refused.value.code == "insufficient_credits"
    company.sell("starter")
    assert (company.balance().balance, company.balance().debt) == (-1_000, 1_000)
    company.sell("value")
    assert (company.balance().balance, company.balance().debt) == (1_000, 0)
    assert company.use(1_000) == 0
    assert _movements(books, ada) == [
        ("grant", 2_000), ("consume", -1_500), ("revoke", -500), ("grant", 500), ("repay", -500), ("grant", 2_000),
        ("repay", -1_000), ("consume", -1_000),
    ]  # fmt: skip


def test_what_else_the_account_can_use_pays_at_once(company: Company) -> None:
    company.sell("value")
    company.sell("starter")
    company.use(2_000)
    company.refund(0, used=DEBT)
    assert (company.balance().balance, company.balance().debt) == (-1_500, 1_500)
    with pytest.raises(Rejected) as refused:
        company.refund(1)
    assert refused.value.code == "credits_already_used", "what paid for others is used up"


def test_a_part_owes_its_part(company: Company) -> None:
    company.sell("value")
    company.use(2_000)
    company.refund(amount=1_500, used=DEBT)
    assert company.balance().debt == 1_001, "what is taken back is rounded up"
    company.refund(used=DEBT)
    assert company.balance().debt == 2_000


def test_no_more_is_owed_than_the_account_may(books: Books, ada: UUID, company: Company) -> None:
    company.sell("value")
    company.use(2_000)
    _may_owe(books, ada, 1_999)
    for give in (company.refund, company.credit):
        with pytest.raises(Rejected, match="would owe 2,000 credits; it may owe 1,999") as refused:
            give(used=DEBT)
        assert refused.value.code == "credit_debt_too_large"
    assert company.notes() == []
    assert company.balance().debt == 0
    _may_owe(books, ada, 2_000)
    company.refund(used=DEBT)
    assert company.balance().balance == -2_000


def test_a_renewal_pays_what_is_owed(books: Books, ada: UUID, company: Company) -> None:
    publish(books, "hundred", 10_000, 100)
    books.subscribe(ada, BEGIN, "hundred")
    books.answer(BEGIN)
    company.use(70)
    company.credit(used=DEBT)
    assert company.balance().balance == -70
    books.come_due(END)
    company.now = END
    assert company.balance().balance == 30, "the kept money has paid for it"


def test_nothing_is_owed_for_what_is_unused_or_forgiven(company: Company) -> None:
    company.sell("value")
    company.refund(used=DEBT)
    company.sell("value")
    company.use(2_000)
    company.refund(1, used=UsedCredits.FORGIVE)
    assert company.balance().debt == 0


def test_the_customer_is_told_what_is_owed(books: Books, ada: UUID, company: Company) -> None:
    company.sell("value")
    company.use(1_500)
    company.refund(used=DEBT)
    with books.database.transaction() as session:
        refund_id = session.scalars(select(Refund.id).where(Refund.account_id == ada)).one()
        occasion = Occasion(refund_id, f"refund_notification/{refund_id}", LETTERHEAD, Wall(BEGIN))
        told = LETTERS["refund_notification"](session, occasion).refund
    assert told is not None
    assert (told.amount_minor, told.credits_owed) == (2_999, 1_500)


def _at_once(steps: list[Callable[[], object]]) -> None:
    def _try(step: Callable[[], object]) -> None:
        try:
            step()
        except Rejected as refusal:
            assert refusal.code in {"insufficient_credits", "credit_debt_too_large"}  # noqa: PT017 - of some it is

    with ThreadPoolExecutor(len(steps)) as pool:
        list(pool.map(_try, steps))


def test_sixteen_at_once_owe_and_use_no_credit_twice(books: Books, ada: UUID, company: Company) -> None:
    """Refunds to the limit, uses and purchases: whatever comes first, what was granted is used, taken back or left."""
    for _ in range(4):
        company.sell("value")
    company.use(6_000)
    _may_owe(books, ada, 3_000)
    refunds = [lambda place=place: company.refund(place, used=DEBT) for place in range(4)]
    uses = [lambda: company.use(300)] * 8
    sales = [lambda: company.sell("starter")] * 4
    _at_once([step for turn in zip(refunds, uses[:4], sales, uses[4:], strict=True) for step in turn])
    assert books.disorder() == []
    assert company.balance().debt <= 3_000
    with books.database.transaction() as session:
        moved = text("SELECT movement, -sum(amount) AS taken FROM credit_transactions GROUP BY 1")
        sums = {str(row.movement): int(row.taken) for row in session.execute(moved)}
        owed = session.execute(text("SELECT coalesce(sum(amount), 0) FROM credit_debts")).scalar_one()
    assert sums["grant"] == -(4 * 2_000 + 4 * 500)
    assert company.balance().balance == -sums["grant"] - sums["consume"] - sums.get("revoke", 0) - owed


def test_credits_that_were_granted_in_that_very_moment_pay_before_they_are_used(
    books: Books, ada: UUID, company: Company
) -> None:
    """Whoever owes did not see them, and whoever granted them did not see that they are owed."""
    company.sell("starter")
    company.refund()
    company.sell("value")
    company.use(2_000)
    with ThreadPoolExecutor(1) as pool:
        with books.database.transaction() as session:
            session.scalars(select(CreditNoteCounter).with_for_update()).one()
            refunded = pool.submit(company.refund, 1, None, DEBT)
            await_waiting(books.database)
            company.sell("starter")
        refunded.result()
    assert (company.balance().balance, company.balance().debt) == (-1_500, 2_000)
    with pytest.raises(Rejected):
        company.use(500)
    company.sell("value")
    assert (company.balance().balance, company.balance().debt) == (500, 0)


DAMAGES = [
    "UPDATE credit_debts SET paid = paid - 1",
    "UPDATE credit_debts SET cause = 'unheard of'",
    "UPDATE credit_debts SET amount = amount + 1",
    "DELETE FROM credit_debts",
    "UPDATE credit_transactions SET movement = 'consume' WHERE movement = 'repay'",
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_debts_is_noticed(database: Database, database_url: str, damage: str) -> None:
    books = Books(database)
    company = Company(books, books.open(), BEGIN)
    company.sell("value")
    company.use(2_000)
    company.refund(used=DEBT)
    company.sell("starter")
    owner = create_engine(dialect_url(database_url), connect_args={"options": "-c session_replication_role=replica"})
    with database.transaction() as session:
        assert ask(session) == []
    with owner.begin() as connection:
        connection.execute(text(damage))
    owner.dispose()
    with database.transaction() as session:
        assert ask(session)
