"""Saved cards by the customer's wish: one is chosen, one goes, and never the last of a subscription without a word."""

from typing import Any
from uuid import UUID

import pytest

from billing.cards.queries import find_card, list_cards
from billing.cards.tables import Card
from billing.invoices.tables import InvoiceStatus
from billing.payments.tables import AttemptStatus
from billing.subscriptions.tables import SubscriptionStatus
from database.memory import WorkState
from database.operations import Operation
from schemas.commands.payments import OrderPaymentMethods, RemovePaymentMethod, SetDefaultPaymentMethod
from tests.gateways.sandbox_process import Sandbox
from tests.workers.owing import Dunned, Owing
from workers.wiring import Work


def first_card(owing: Owing) -> UUID:
    """The card that is charged since the beginning."""
    with owing.work.database.transaction() as session:
        card = find_card(session, "stripe", owing.card_ref)
        assert card is not None
        return card.id


def saved(owing: Owing) -> dict[UUID, bool]:
    """The cards that can be charged, and whether each is the one that is."""
    with owing.work.database.transaction() as session:
        return {card.id: card.is_default for card in list_cards(session, owing.account_id)}


def remove(owing: Owing, card_id: UUID, **fields: Any) -> Operation:
    return owing.command(RemovePaymentMethod(card_id=card_id, **fields))


def word(operation: Operation) -> str:
    return str((operation.problem or {}).get("type", "")).rpartition(":")[2]


def test_the_next_card_is_charged_when_the_default_goes_and_what_is_unpaid_at_once(work: Work, debtor: Dunned) -> None:
    first, spare, wanted = first_card(debtor), debtor.save_another("pm_card_visa"), debtor.save_another()
    assert (
        debtor.command(OrderPaymentMethods(account_id=debtor.account_id, card_ids=(wanted, spare))).state
        is WorkState.DONE
    )
    removed = remove(debtor, first)
    assert removed.result == {
        "card_id": str(first), "account_id": str(debtor.account_id), "charged_next": str(wanted),
    }  # fmt: skip
    assert saved(debtor) == {spare: False, wanted: True}
    assert debtor.saved_cards() == 2
    customer = work.gateway("stripe").saved_methods.fetch_customer(debtor.customer_ref)
    with work.database.transaction() as session:
        assert customer is not None
        assert customer.card_ref == session.get_one(Card, wanted).card_ref
    debtor.do("charge")
    assert debtor.invoice().status is InvoiceStatus.PAID
    assert debtor.subscription().status is SubscriptionStatus.ACTIVE


def test_the_last_card_of_a_subscription_goes_only_by_name(debtor: Dunned) -> None:
    first = first_card(debtor)
    assert word(remove(debtor, first)) == "last_payment_method"
    assert (saved(debtor), debtor.saved_cards()) == ({first: True}, 1)
    assert (remove(debtor, first, allow_last=True).result or {})["charged_next"] is None
    assert (saved(debtor), debtor.saved_cards()) == ({}, 0)


def test_without_a_subscription_the_last_card_goes_without_a_word(owing: Owing) -> None:
    assert remove(owing, first_card(owing)).state is WorkState.DONE
    assert (saved(owing), owing.saved_cards()) == ({}, 0)


def test_a_lost_answer_is_asked_for_again_and_the_card_is_gone_once(owing: Owing, module_sandbox: Sandbox) -> None:
    first, second = first_card(owing), owing.save_another()
    module_sandbox.arm("answer_lost", count=1, method="POST", path=f"/v1/payment_methods/{owing.card_ref}/detach")
    waiting = remove(owing, first)
    assert waiting.state is WorkState.READY
    assert saved(owing) == {second: True}, "it is charged no more while the gateway does not answer"
    done = owing.run(waiting.id)
    assert (done.result or {})["charged_next"] == str(second)
    assert owing.saved_cards() == 1


@pytest.mark.parametrize("kind", [RemovePaymentMethod, SetDefaultPaymentMethod])
def test_a_card_that_never_was(owing: Owing, kind: Any) -> None:
    assert word(owing.command(kind(card_id=UUID(int=1)))) == "card_not_found"


def test_a_card_is_chosen_by_its_id_and_not_after_it_is_gone(work: Work, owing: Owing) -> None:
    first, second = first_card(owing), owing.save_another()
    chosen = owing.command(SetDefaultPaymentMethod(card_id=second))
    assert (chosen.result or {})["card_id"] == str(second)
    assert saved(owing) == {first: False, second: True}
    assert remove(owing, first).state is WorkState.DONE
    assert word(owing.command(SetDefaultPaymentMethod(card_id=first))) == "card_not_found"


def test_a_charge_that_waits_to_be_sent_is_not_sent_to_a_card_that_is_gone(debtor: Dunned) -> None:
    """The customer has taken it away; the next card pays, and nobody is told of a failure."""
    second = debtor.save_another()
    assert debtor.sweep(2)[0] == 1
    told = len(debtor.rows("payment_failed"))
    assert remove(debtor, first_card(debtor)).state is WorkState.DONE
    debtor.do("charge")
    refused, following = debtor.attempts()[1:]
    assert (refused.failure_code, refused.payment_ref) == ("no_card", ""), "the gateway was not asked"
    assert (following.status, following.card_id) == (AttemptStatus.CREATED, second)
    debtor.do("charge")
    assert debtor.invoice().status is InvoiceStatus.PAID
    assert (debtor.taken(), len(debtor.rows("payment_failed"))) == ([9_900, 9_900], told)


def test_without_another_card_the_customer_is_told_that_there_is_none(debtor: Dunned) -> None:
    assert debtor.sweep(2)[0] == 1
    assert remove(debtor, first_card(debtor), allow_last=True).state is WorkState.DONE
    debtor.do("charge")
    assert debtor.sweep(2)[0] == 1, "it came to nothing, so it is still due"
    dunning = debtor.dunning()
    assert (dunning.last_code, dunning.needs_new_card, dunning.next_attempt_at) == ("no_card", True, None)
    assert debtor.taken() == [9_900]
