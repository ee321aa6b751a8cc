"""Two who want the same rows at once take turns: everybody locks in one order, see docs/architecture.md."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from billing.cards.choose import choose_card
from billing.cards.detach import detach_card
from billing.cards.save import keep_card
from billing.cycle.end.cancel import cancel_subscription
from billing.dunning.retry import retry_at_once
from billing.dunning.retry_due import retry_due
from billing.dunning.tables import DunningEnd
from billing.errors import Rejected
from billing.outcomes.save_card import save_card
from billing.subscriptions.queries import lock_subscription
from database.engine import Database
from schemas.facts.customers import CardFact
from tests.billing.charges import card, give_card
from tests.billing.subscribers import Books, utc
from tests.billing.waiting import count_waiting
from tests.scenarios.storytelling import eventually

Step = Callable[[Session], object]

BEGAN, NOW, RETRY_DAY = utc("2026-05-01 10:00"), utc("2026-06-01 10:00"), utc("2026-06-05 10:00")


def _at_once(database: Database, first: Step, then: Step, other: Step) -> None:
    """Do the first; while its locks are held somebody else does the other; then go on, in the same transaction.

    Raises what either raises, a deadlock for one.
    """
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            first(session)
            session.flush()
            started = pool.submit(_do, database, other)
            eventually(lambda: started.done() or count_waiting(database), "the other to come to a lock")
            then(session)
        started.result()


def _do(database: Database, step: Step) -> None:
    with database.transaction() as session:
        step(session)


def _of_card(account_id: UUID, fact: CardFact, card_id: UUID) -> dict[str, Step]:
    """What may happen to a card."""

    def choose(session: Session) -> None:
        with contextlib.suppress(Rejected):  # it may be gone by now
            choose_card(session, account_id, card_id)

    return {
        "keep": lambda session: keep_card(session, account_id, fact),
        "save": lambda session: save_card(session, account_id, fact, True, NOW),
        "choose": choose,
        "detach": lambda session: detach_card(session, fact.gateway, fact.card_ref, NOW),
    }


@pytest.mark.parametrize("first", ["keep", "save", "choose", "detach"])
def test_changes_of_an_accounts_cards_take_turns(books: Books, first: str) -> None:
    for then, other in product(["keep", "save", "choose", "detach"], repeat=2):
        account_id = books.open()
        facts = [card(f"pm_{side}_{account_id.hex}", f"cus_{account_id.hex}") for side in ("one", "two")]
        one, two = (_of_card(account_id, fact, give_card(books.database, account_id, NOW, fact)) for fact in facts)
        _at_once(books.database, one[first], two[then], two[other])
        _at_once(books.database, one[first], two[then], one[other])


def _past_due(books: Books) -> tuple[UUID, UUID, UUID]:
    """(account, subscription, invoice) whose renewal was declined, and is dunned."""
    policy = books.policy("once", [3], DunningEnd.CANCEL)
    account_id = books.open()
    books.give_card(account_id, BEGAN)
    subscription_id = books.subscribe(account_id, BEGAN, dunning_policy=policy)
    books.answer(BEGAN)
    books.catch_up(NOW)
    books.answer(NOW, "insufficient_funds")
    return account_id, subscription_id, books.invoices(account_id)[-1].id


def _pay(books: Books) -> Step:
    """The charge that was declined went through after all."""
    return lambda _: books.capture_late(NOW)


MEANWHILE: dict[str, Callable[[Books, UUID, UUID], Step]] = {
    "another card": lambda books, account, invoice: lambda session: retry_at_once(session, account, NOW),
    "the next try": lambda books, account, invoice: lambda session: retry_due(session, invoice, RETRY_DAY),
    "the money after all": lambda books, account, invoice: _pay(books),
}


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_a_cancellation_and_what_happens_to_the_unpaid_invoice_take_turns(books: Books, meanwhile: str) -> None:
    account_id, subscription_id, invoice_id = _past_due(books)

    def cancel(session: Session) -> None:
        subscription = lock_subscription(session, subscription_id)
        cancel_subscription(session, subscription, at_period_end=False, cause="now", now=RETRY_DAY)

    def hold(session: Session) -> None:
        lock_subscription(session, subscription_id)

    _at_once(books.database, hold, cancel, MEANWHILE[meanwhile](books, account_id, invoice_id))
