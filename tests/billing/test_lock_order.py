"""Two who want the same rows at once take turns: everybody locks in one order, see docs/architecture.md."""

import contextlib
from collections.abc import Callable
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.cards.choose import choose_card
from billing.cards.detach import detach_card
from billing.cards.save import keep_card
from billing.clocks.wall import Wall
from billing.cycle.end.cancel import cancel_subscription
from billing.cycle.plan_change.drop_change import drop_change
from billing.cycle.plan_change.expire_change import expire_change
from billing.dunning.retry import retry_at_once
from billing.dunning.retry_due import retry_due
from billing.dunning.tables import DunningEnd
from billing.errors import Rejected
from billing.invoices.tables import Invoice
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.save_card import save_card
from billing.payments.begin_charges import begin_charges
from billing.payments.cancel_under_way import cancel_under_way
from billing.payments.intend_page import intend_page
from billing.payments.queries import lock_charges
from billing.payments.tables import AttemptKind, PaymentAttempt
from billing.subscriptions.queries import lock_subscription
from database.ids import uuid7
from schemas.commands.payments import PayInvoice
from schemas.facts.customers import CardFact
from schemas.facts.payments import PaymentStatus
from tests.billing.charges import answer, card, give_card
from tests.billing.subscribers import Books, utc
from tests.billing.turns import Step, at_once

BEGAN, NOW, RETRY_DAY = utc("2026-05-01 10:00"), utc("2026-06-01 10:00"), utc("2026-06-05 10:00")
WISHED = utc("2026-05-20 10:00")


def _of_card(account_id: UUID, fact: CardFact, card_id: UUID) -> dict[str, Step]:
    """What may happen to a card."""

    def choose(session: Session) -> None:
        with contextlib.suppress(Rejected):  # it may be gone by now
            choose_card(session, account_id, card_id, NOW)

    def save(session: Session) -> None:
        with contextlib.suppress(Rejected):
            save_card(session, account_id, fact, NOW, chosen_at=NOW)

    return {
        "keep": lambda session: keep_card(session, account_id, fact),
        "save": save,
        "choose": choose,
        "detach": lambda session: detach_card(session, fact.gateway, fact.card_ref, NOW),
    }


@pytest.mark.parametrize("first", ["keep", "save", "choose", "detach"])
def test_changes_of_an_accounts_cards_take_turns(books: Books, first: str) -> None:
    for then, other in product(["keep", "save", "choose", "detach"], repeat=2):
        account_id = books.open()
        facts = [card(f"pm_{side}_{account_id.hex}", f"cus_{account_id.hex}") for side in ("one", "two")]
        one, two = (_of_card(account_id, fact, give_card(books.database, account_id, NOW, fact)) for fact in facts)
        at_once(books.database, one[first], two[then], two[other])
        at_once(books.database, one[first], two[then], one[other])


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

    at_once(books.database, hold, cancel, MEANWHILE[meanwhile](books, account_id, invoice_id))


def _changing(books: Books, *, is_sent: bool) -> tuple[UUID, UUID, UUID]:
    """(account, subscription, invoice) of a change of plan whose charge is intended, or sent already."""
    account_id = books.open()
    books.give_card(account_id, BEGAN)
    subscription_id = books.subscribe(account_id, BEGAN)
    books.answer(BEGAN)
    books.change(subscription_id, "growth", WISHED)
    if is_sent:
        books.send(WISHED)
    return account_id, subscription_id, books.invoices(account_id)[-1].id


def _steps_of_change(books: Books, account_id: UUID, subscription_id: UUID, invoice_id: UUID) -> dict[str, Step]:
    """What may happen to a change of plan that waits, each with the locks that it takes."""
    wanted = PayInvoice(
        invoice_id=invoice_id, success_url="https://app.example/ok", cancel_url="https://app.example/no"
    )

    def drop(session: Session) -> None:
        with contextlib.suppress(Rejected):  # its money may be under way
            drop_change(session, lock_subscription(session, subscription_id), WISHED)

    def cancel_payment(session: Session) -> None:
        session.get_one(Invoice, invoice_id, with_for_update=True)
        cancel_under_way(session, invoice_id)

    def send(session: Session) -> None:
        begin_charges(session, _charges(session, invoice_id), Wall(WISHED))

    def record(session: Session) -> None:
        attempt = session.get_one(PaymentAttempt, _charges(session, invoice_id)[0])
        record_outcome(session, answer(attempt, PaymentStatus.CAPTURED, paid_at=WISHED), Wall(WISHED))

    def open_page(session: Session) -> None:
        with contextlib.suppress(Rejected):  # it may be void or paid by now
            intend_page(session, f"test/{uuid7()}", wanted, "stripe", Wall(WISHED))

    return {
        "drop": drop,
        "expire": lambda session: expire_change(session, invoice_id, NOW),
        "cancel the payment": cancel_payment,
        "send the charge": send,
        "record the money": record,
        "charge another card": lambda session: retry_at_once(session, account_id, WISHED),
        "open a page": open_page,
    }


def _charges(session: Session, invoice_id: UUID) -> list[UUID]:
    of_invoice = select(PaymentAttempt.id).where(PaymentAttempt.invoice_id == invoice_id)
    return list(
        session.scalars(of_invoice.where(PaymentAttempt.kind == AttemptKind.CHARGE).order_by(PaymentAttempt.id))
    )


@pytest.mark.parametrize("is_sent", [False, True], ids=["intended", "sent"])
@pytest.mark.parametrize("then", ["drop", "expire", "cancel the payment", "send the charge", "record the money"])
def test_whatever_happens_to_a_change_that_waits_takes_turns(books: Books, then: str, is_sent: bool) -> None:
    """Whoever goes on holds the first lock of its own; the other comes from anywhere."""
    others = [
        "drop",
        "expire",
        "cancel the payment",
        "send the charge",
        "record the money",
        "charge another card",
        "open a page",
    ]
    for other in others:
        account_id, subscription_id, invoice_id = _changing(books, is_sent=is_sent)
        steps = _steps_of_change(books, account_id, subscription_id, invoice_id)
        at_once(books.database, _first_lock(then, subscription_id, invoice_id), steps[then], steps[other])


def _first_lock(step: str, subscription_id: UUID, invoice_id: UUID) -> Step:
    if step in ("drop", "record the money"):
        return lambda session: lock_subscription(session, subscription_id)
    if step == "send the charge":
        return lambda session: lock_charges(session, _charges(session, invoice_id), Wall(WISHED))
    return lambda session: session.get_one(Invoice, invoice_id, with_for_update=True)
