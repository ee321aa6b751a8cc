"""Crash, restart and shutdown: whatever happens to a worker or the broker, each command is carried out once."""

from uuid import UUID

import requests
from pytest_celery import CeleryTestSetup
from sqlalchemy import func, select

from billing.accounts.tables import Account
from billing.invoices.tables import InvoiceStatus
from database.memory import WorkState
from settings import SANDBOX_STRIPE_KEY
from tests.billing.subscribers import Books
from tests.billing.waiting import await_waiting
from tests.delivery.conftest import GROUP
from tests.delivery.desk import Desk, a_checkout, a_subscription, an_account
from tests.gateways.sandbox_process import ANSWER_SECONDS, Sandbox

# what is waited for, what a story ends itself before that, and what is met often
BUSY_SECONDS, SLOW_SECONDS, A_MOMENT_SECONDS = 2, 4, 0.1
MANY = 15


def _sessions(sandbox: Sandbox) -> int:
    """How many checkouts the gateway has opened."""
    url, login = f"{sandbox.address}/v1/checkout/sessions?limit=100", (SANDBOX_STRIPE_KEY, "")
    return len(requests.get(url, auth=login, timeout=ANSWER_SECONDS).json()["data"])


def _charged(sandbox: Sandbox) -> list[int]:
    """What the gateway has taken, from whomever."""
    return [charge["amount"] for charge in sandbox.ledger()["charges"]]


def _accounts(desk: Desk) -> int:
    with desk.database.transaction() as session:
        return session.scalars(select(func.count()).select_from(Account)).one()


def test_a_worker_told_to_stop_finishes_what_it_has_begun(
    celery_setup: CeleryTestSetup, desk: Desk, own_sandbox: Sandbox
) -> None:
    account = desk.wait_done(desk.order(an_account()))
    own_sandbox.arm("slow", seconds=BUSY_SECONDS, count=1, path="/v1/checkout/sessions")
    checkout = desk.order(a_checkout(account["id"]))
    desk.wait_begun(checkout)
    late = desk.accept(an_account())
    assert celery_setup.worker.container.stop() == 0
    desk.ring(late)
    row = desk.row(checkout)
    assert (row.state, row.attempts, _sessions(own_sandbox)) == (WorkState.DONE, 1, 1)
    assert desk.row(late).state is WorkState.READY

    celery_setup.worker.restart()
    desk.wait_done(late)


def test_a_worker_killed_in_mid_call_leaves_the_rest_to_the_next(
    celery_setup: CeleryTestSetup, desk: Desk, own_sandbox: Sandbox
) -> None:
    account = desk.wait_done(desk.order(an_account()))
    own_sandbox.arm("slow", seconds=SLOW_SECONDS, count=1, path="/v1/checkout/sessions")
    checkout = desk.order(a_checkout(account["id"]))
    desk.wait_begun(checkout)
    celery_setup.worker.kill()
    assert desk.row(checkout).state is WorkState.READY

    own_sandbox.clear_faults()
    celery_setup.worker.restart()
    desk.let_leases_run_out()
    desk.sweep()
    desk.wait_done(checkout)
    assert (desk.row(checkout).attempts, _sessions(own_sandbox)) == (2, 1)


def test_a_worker_told_to_stop_under_load_leaves_to_the_next_all_that_it_has_not_begun(
    celery_setup: CeleryTestSetup, desk: Desk, own_sandbox: Sandbox
) -> None:
    account = desk.wait_done(desk.order(an_account()))
    own_sandbox.arm("slow", seconds=A_MOMENT_SECONDS, path="/v1/checkout/sessions")
    ordered = [desk.order(command) for _ in range(MANY) for command in (a_checkout(account["id"]), an_account())]
    desk.wait(lambda: any(desk.row(row_id).state is WorkState.DONE for row_id in ordered), "the first to be done")
    assert celery_setup.worker.container.stop() == 0
    rows = [desk.row(row_id) for row_id in ordered]
    left = [row.id for row in rows if row.state is WorkState.READY]
    assert {row.attempts for row in rows if row.id in left} == {0}, "some were left, and none of them half done"

    celery_setup.worker.restart()
    for row_id in ordered:
        desk.wait_done(row_id)
    assert {desk.row(row_id).attempts for row_id in ordered} == {1}
    assert (_sessions(own_sandbox), _accounts(desk)) == (MANY, 1 + MANY)


def test_a_worker_killed_when_the_money_is_taken_and_not_booked_takes_it_once(
    celery_setup: CeleryTestSetup, desk: Desk, own_sandbox: Sandbox
) -> None:
    account_id = UUID(str(desk.wait_done(desk.order(an_account()))["id"]))
    desk.give_card(account_id, own_sandbox)
    with desk.receipts_held():
        desk.order(a_subscription(account_id))
        desk.wait(lambda: _charged(own_sandbox) == [9_900], "the charge")
        await_waiting(desk.database)
        celery_setup.worker.kill()
    assert (desk.invoices(), desk.receipts()) == ([(InvoiceStatus.PENDING, 9_900)], [])

    celery_setup.worker.restart()
    desk.let_leases_run_out()
    desk.sweep()
    desk.wait(lambda: desk.invoices() == [(InvoiceStatus.PAID, 9_900)], "the invoice to be paid")
    assert (_charged(own_sandbox), desk.receipts()) == ([9_900], [(9_900, 9_900)])
    assert Books(desk.database).disorder() == []


def test_what_was_rung_for_while_no_worker_lived_is_done_by_the_next(celery_setup: CeleryTestSetup, desk: Desk) -> None:
    celery_setup.worker.kill()
    ordered = [desk.order(an_account()) for _ in range(5)]
    assert {desk.row(row_id).state for row_id in ordered} == {WorkState.READY}
    celery_setup.worker.restart()
    for row_id in ordered:
        desk.wait_done(row_id)


def test_a_command_that_is_delivered_thrice_is_run_once(celery_setup: CeleryTestSetup, desk: Desk) -> None:
    row_id = desk.order(an_account())
    desk.ring(row_id)
    desk.ring(row_id)
    desk.wait_done(row_id)
    desk.wait_done(desk.order(an_account()))  # by now the others were heard too
    # two hands may have begun at once, each counted as an attempt: the row's lock lets one of them write
    assert (desk.row(row_id).state, _accounts(desk)) == (WorkState.DONE, 2)


def test_a_broker_that_dies_and_comes_back_is_served_by_the_same_worker(
    celery_setup: CeleryTestSetup, desk: Desk
) -> None:
    desk.wait_done(desk.order(an_account()))
    celery_setup.broker.kill()
    unheard = desk.order(an_account())
    assert desk.row(unheard).state is WorkState.READY
    celery_setup.broker.restart()
    desk.wait(lambda: desk.ring(unheard), "the broker to take it")
    desk.wait_done(unheard)
    assert celery_setup.worker.container.status == "running"


def test_a_broker_that_comes_back_empty_is_filled_again_for_the_same_worker(
    celery_setup: CeleryTestSetup, desk: Desk, own_sandbox: Sandbox
) -> None:
    account = desk.wait_done(desk.order(an_account()))
    own_sandbox.arm("slow", seconds=SLOW_SECONDS, path="/v1/checkout/sessions")
    in_hand = [desk.order(a_checkout(account["id"])) for _ in range(GROUP.concurrency)]
    for checkout in in_hand:
        desk.wait_begun(checkout)
    queued = [desk.order(an_account()) for _ in range(5)]
    celery_setup.broker.kill()
    celery_setup.broker.container.server.wipe()
    celery_setup.broker.restart()
    own_sandbox.clear_faults()
    desk.wait(desk.sweep, "the broker to take it")
    for row_id in [*in_hand, *queued]:
        desk.wait_done(row_id)
    assert {desk.row(row_id).attempts for row_id in [*in_hand, *queued]} == {1}
    assert _sessions(own_sandbox) == len(in_hand)
    assert celery_setup.worker.container.status == "running"


def test_a_wiped_broker_costs_nothing_but_time(celery_setup: CeleryTestSetup, desk: Desk) -> None:
    celery_setup.worker.kill()
    forgotten = [desk.order(an_account()) for _ in range(3)]
    celery_setup.broker.container.client.flushall()
    celery_setup.worker.restart()
    desk.sweep()
    for row_id in forgotten:
        desk.wait_done(row_id)
