"""A card that is taken away while something else goes on: it goes for good, here and there, and another is charged."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
import requests
from sqlalchemy import select

from billing.accounts.open import open_account
from billing.cards.tables import Card
from billing.clocks.wall import Wall
from billing.invoices.tables import InvoiceStatus
from billing.payments.begin_charges import begin_charges
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.top_ups.tables import AutoTopUp
from calls.hear_card import record_card
from calls.hear_customer import record_customer
from database.ids import uuid7
from database.memory import WorkState
from database.operations import Operation
from schemas.commands.credits import SetAutoTopUp
from schemas.commands.payments import ChangePaymentMethod, OrderPaymentMethods, SetDefaultPaymentMethod, StartCardSetup
from schemas.facts.customers import CustomerFact
from settings import SANDBOX_STRIPE_KEY
from tests.billing.conftest import ADA
from tests.gateways.sandbox_process import ANSWER_SECONDS, Sandbox
from tests.workers.owing import Dunned, Owing, Starting
from tests.workers.test_saved_methods import first_card, remove, saved, word
from workers.wiring import Work

BACK = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
DONE = WorkState.DONE


def _reference(owing: Owing, card_id: UUID) -> str:
    with owing.work.database.transaction() as session:
        return session.get_one(Card, card_id).card_ref


def _charged_there(owing: Owing) -> str:
    """The gateway's own default."""
    customer = owing.work.gateway("stripe").saved_methods.fetch_customer(owing.customer_ref)
    assert customer is not None
    return customer.card_ref


def _detach_there(owing: Owing, card_id: UUID) -> None:
    """The customer takes it away at the gateway; we have not heard of it."""
    path = f"{owing.sandbox.address}/v1/payment_methods/{_reference(owing, card_id)}/detach"
    requests.post(path, auth=(SANDBOX_STRIPE_KEY, ""), timeout=ANSWER_SECONDS).raise_for_status()


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _again(owing: Owing, operation: Operation, runs: int) -> Operation:
    for _ in range(runs):
        if operation.state is WorkState.READY:
            operation = owing.run(operation.id)
    return operation


def test_a_successor_that_is_gone_there_makes_way_for_the_next(debtor: Dunned) -> None:
    first, second, third = first_card(debtor), debtor.save_another(), debtor.save_another("pm_card_visa")
    _detach_there(debtor, second)
    removed = remove(debtor, first)
    assert (removed.state, (removed.result or {})["charged_next"]) == (DONE, str(third))
    assert saved(debtor) == {third: True}
    assert (debtor.saved_cards(), _charged_there(debtor)) == (1, _reference(debtor, third))


def test_a_card_goes_at_its_gateway_though_no_other_can_follow(debtor: Dunned) -> None:
    first, second = first_card(debtor), debtor.save_another()
    _detach_there(debtor, second)
    assert remove(debtor, first).state is DONE
    assert (saved(debtor), debtor.saved_cards()) == ({}, 0)


def test_a_card_and_its_successor_are_taken_away_at_once(owing: Owing, module_sandbox: Sandbox) -> None:
    first, second, third = first_card(owing), owing.save_another(), owing.save_another("pm_card_visa")
    path = f"/v1/payment_methods/{_reference(owing, second)}"
    module_sandbox.arm("slow", seconds=3, count=1, method="GET", path=path)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(remove, owing, first)
        _until(lambda: first not in saved(owing))
        time.sleep(0.3)
        assert remove(owing, second).state is DONE
        assert slow.result().state is DONE
    assert saved(owing) == {third: True}
    assert (owing.saved_cards(), _charged_there(owing)) == (1, _reference(owing, third))


@pytest.mark.parametrize("turn", range(2))
def test_whoever_chooses_a_card_and_takes_it_away_at_once_is_charged_to_another(debtor: Dunned, turn: int) -> None:
    second, third = debtor.save_another(), debtor.save_another("pm_card_visa")
    with ThreadPoolExecutor(2) as pool:
        chosen = pool.submit(debtor.command, SetDefaultPaymentMethod(card_id=second))
        removed = pool.submit(remove, debtor, second)
        assert removed.result().state is DONE
        chosen.result()
    cards = saved(debtor)
    assert (len(cards), sum(cards.values()), third in cards, second in cards) == (2, 1, True, False)
    charged = next(card_id for card_id, is_default in cards.items() if is_default)
    assert _charged_there(debtor) == _reference(debtor, charged), "nor is the gateway left without one"


def test_news_of_a_card_from_before_it_was_taken_away_brings_it_back_to_nobody(
    work: Work, debtor: Dunned, module_sandbox: Sandbox
) -> None:
    first, second = first_card(debtor), debtor.save_another()
    methods = work.gateway("stripe").saved_methods
    customer, stale = methods.fetch_customer(debtor.customer_ref), methods.fetch_card(card_ref=debtor.card_ref)
    assert customer is not None
    assert stale is not None
    path = f"/v1/payment_methods/{debtor.card_ref}/detach"
    module_sandbox.arm("slow", seconds=2, count=1, method="POST", path=path)
    removing = threading.Thread(target=remove, args=(debtor, first))
    removing.start()
    _until(lambda: saved(debtor) == {second: True})
    told: dict[str, Any] = {"chosen": True, "told_at": work.wall().at, "wall": work.wall()}
    with work.database.transaction() as session:
        record_customer(session, customer, stale, **told)
        record_card(session, stale, CustomerFact("stripe", stale.customer_ref), **told)
    removing.join()
    assert (saved(debtor), debtor.saved_cards()) == ({second: True}, 1)
    with work.database.transaction() as session:
        record_customer(session, customer, stale, **told)
    assert saved(debtor) == {second: True}
    again = debtor.command(ChangePaymentMethod(account_id=debtor.account_id, card_ref=stale.card_ref))
    assert word(again) == "card_detached"


def test_a_failure_that_the_gateway_repeats_under_its_key_keeps_no_card_there(
    owing: Owing, module_sandbox: Sandbox
) -> None:
    first, second = first_card(owing), owing.save_another()
    path = f"/v1/payment_methods/{owing.card_ref}/detach"
    module_sandbox.arm("500", stage="during", count=1, method="POST", path=path)
    assert _again(owing, remove(owing, first), 4).state is DONE
    assert (saved(owing), owing.saved_cards()) == ({second: True}, 1)


def test_a_failure_that_is_repeated_keeps_no_card_from_being_chosen(owing: Owing, module_sandbox: Sandbox) -> None:
    second = owing.save_another()
    path = f"/v1/customers/{owing.customer_ref}"
    module_sandbox.arm("500", stage="during", count=1, method="POST", path=path)
    assert _again(owing, owing.command(SetDefaultPaymentMethod(card_id=second)), 4).state is DONE
    assert saved(owing)[second]


@pytest.mark.parametrize("stage", ["before", "during"])
def test_a_failure_that_is_repeated_keeps_no_account_from_having_a_customer(
    owing: Owing, module_sandbox: Sandbox, stage: str
) -> None:
    """What may have been made under the first key is looked for before another one is made."""
    with owing.work.database.transaction() as session:
        other_id = open_account(session, uuid7(), ADA.model_copy(update={"owner": "user-2"}))
    module_sandbox.arm("500", stage=stage, count=1, method="POST", path="/v1/customers")
    page = owing.command(StartCardSetup.model_validate({"account_id": other_id, **BACK}))
    assert _again(owing, page, 4).state is DONE
    assert _customers_made(module_sandbox, other_id) == 1


def _customers_made(sandbox: Sandbox, account_id: UUID) -> int:
    path, auth = f"{sandbox.address}/v1/customers", (SANDBOX_STRIPE_KEY, "")
    listed = requests.get(path, {"limit": "100"}, auth=auth, timeout=ANSWER_SECONDS).json()["data"]
    return sum(str(account_id) in customer["metadata"].values() for customer in listed)


def test_the_gateways_default_stays_when_another_card_goes_though_its_answer_was_lost(
    owing: Owing, module_sandbox: Sandbox
) -> None:
    first, second = first_card(owing), owing.save_another()
    owing.command(SetDefaultPaymentMethod(card_id=first))
    _choose_there(owing, _reference(owing, owing.save_another("pm_card_visa")))
    chosen_there = _charged_there(owing)
    path = f"/v1/payment_methods/{_reference(owing, second)}/detach"
    module_sandbox.arm("answer_lost", count=1, method="POST", path=path)
    waiting = remove(owing, second)
    assert waiting.state is WorkState.READY
    assert (owing.run(waiting.id).result or {})["charged_next"] == str(first)
    assert _charged_there(owing) == chosen_there, "nobody asked for another one"


def _choose_there(owing: Owing, card_ref: str) -> None:
    path = f"{owing.sandbox.address}/v1/customers/{owing.customer_ref}"
    chosen = {"invoice_settings[default_payment_method]": card_ref}
    requests.post(path, chosen, auth=(SANDBOX_STRIPE_KEY, ""), timeout=ANSWER_SECONDS).raise_for_status()


def test_a_card_that_is_chosen_there_while_it_goes_leaves_the_gateway_another_default(
    owing: Owing, module_sandbox: Sandbox
) -> None:
    first, second = first_card(owing), owing.save_another()
    owing.command(SetDefaultPaymentMethod(card_id=first))
    going = _reference(owing, second)
    module_sandbox.arm("slow", seconds=2, count=1, method="GET", path=f"/v1/payment_methods/{going}")
    with ThreadPoolExecutor(1) as pool:
        removed = pool.submit(remove, owing, second)
        _until(lambda: second not in saved(owing))
        time.sleep(0.5)
        _choose_there(owing, going)
        assert removed.result().state is DONE
    assert _charged_there(owing) == _reference(owing, first)


def test_two_who_take_the_same_card_away_at_once_are_both_done(owing: Owing) -> None:
    first, second = first_card(owing), owing.save_another()
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda card_id: remove(owing, card_id), (first, first)))
    assert [end.state for end in ends] == [DONE, DONE]
    assert (saved(owing), owing.saved_cards()) == ({second: True}, 1)


def test_of_two_who_take_the_last_two_away_at_once_one_is_refused(debtor: Dunned) -> None:
    cards = first_card(debtor), debtor.save_another()
    with ThreadPoolExecutor(2) as pool:
        words = sorted(word(end) for end in pool.map(lambda card_id: remove(debtor, card_id), cards))
    assert words == ["", "last_payment_method"]
    assert list(saved(debtor).values()) == [True]


def test_a_charge_of_which_nobody_knows_is_not_sent_again_to_a_card_that_was_taken_away(
    debtor: Dunned, module_sandbox: Sandbox
) -> None:
    """The gateway is asked instead; once an earlier call cannot be on its way any more, the next card pays."""
    first, second = first_card(debtor), debtor.save_another()
    debtor.card_declines(None)
    assert debtor.sweep(2)[0] == 1
    module_sandbox.arm("500", stage="before", method="POST", path="/v1/payment_intents", count=1)
    debtor.do("charge")
    assert debtor.story()[-1] == ("charge", "unknown")
    path = f"/v1/payment_methods/{debtor.card_ref}/detach"
    module_sandbox.arm("500", stage="before", method="POST", path=path, count=1)
    assert remove(debtor, first).state is WorkState.READY, "it is still there"
    for _ in range(6):
        debtor.do("charge")
    assert [(each.card_id, each.status) for each in debtor.attempts()[1:]] == [
        (first, AttemptStatus.EXPIRED),
        (second, AttemptStatus.CAPTURED),
    ]
    assert (debtor.invoice().status, debtor.taken()) == (InvoiceStatus.PAID, [9_900, 9_900])


def test_what_was_captured_before_its_card_went_is_found(debtor: Dunned, module_sandbox: Sandbox) -> None:
    debtor.save_another()
    debtor.card_declines(None)
    assert debtor.sweep(2)[0] == 1
    module_sandbox.arm("answer_lost", method="POST", path="/v1/payment_intents", count=1)
    debtor.do("charge")
    assert remove(debtor, first_card(debtor)).state is DONE
    debtor.do("charge")
    assert debtor.story()[-1] == ("charge", "captured")
    assert debtor.taken() == [9_900, 9_900]


def test_a_worker_that_dies_before_it_lets_a_charge_go_leaves_it_to_the_next(work: Work, debtor: Dunned) -> None:
    second = debtor.save_another()
    assert debtor.sweep(2)[0] == 1
    assert remove(debtor, first_card(debtor)).state is DONE
    with work.database.transaction() as session:
        begin_charges(session, [debtor.attempts()[-1].id], Wall(work.wall().at))
    debtor.do("charge")
    ended, following = debtor.attempts()[1:]
    assert (ended.status, following.card_id) == (AttemptStatus.EXPIRED, second)


def test_a_first_payment_goes_on_to_the_next_card_and_nobody_is_told_of_a_failure(
    work: Work, module_sandbox: Sandbox
) -> None:
    starting = Starting(work, module_sandbox)
    second, third = starting.save_another("pm_card_visa"), starting.save_another()
    starting.command(OrderPaymentMethods(account_id=starting.account_id, card_ids=(third,)))
    starting.command(SetDefaultPaymentMethod(card_id=second))
    told = len(starting.rows("payment_failed"))
    assert remove(starting, second).state is DONE
    starting.do("charge")
    starting.do("charge")
    assert [(each.card_id, each.status) for each in starting.attempts()[1:]] == [
        (second, AttemptStatus.EXPIRED),
        (third, AttemptStatus.CAPTURED),
    ]
    assert len(starting.rows("payment_failed")) == told


def test_a_purchase_that_waits_to_be_charged_is_charged_to_the_next_card(work: Work, owing: Owing) -> None:
    first, second = first_card(owing), owing.save_another()
    wish = SetAutoTopUp(account_id=owing.account_id, package="value", top_up_below=100, monthly_max=3)
    assert owing.command(wish).state is DONE
    assert remove(owing, first).state is DONE
    owing.do("charge")
    owing.do("charge")
    with work.database.transaction() as session:
        top_up = session.scalars(select(AutoTopUp)).one()
        assert (top_up.stopped_at, top_up.invoice_id, top_up.purchases) == (None, None, 1)
        newest_first = select(PaymentAttempt).order_by(PaymentAttempt.id.desc())
        paid, ended = session.scalars(newest_first).all()
        assert (paid.card_id, paid.status, ended.status) == (second, AttemptStatus.CAPTURED, AttemptStatus.EXPIRED)
        # by its marks the purchase would be known again after a restore
        assert paid.request["marks"] == ended.request["marks"]
    assert len(owing.taken()) == 1
