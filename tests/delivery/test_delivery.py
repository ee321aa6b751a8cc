"""Crash, restart and shutdown: whatever happens to a worker or the broker, each command is carried out once."""

import requests
from pytest_celery import CeleryTestSetup
from sqlalchemy import func, select

from billing.accounts.tables import Account
from database.memory import WorkState
from settings import SANDBOX_STRIPE_KEY
from tests.delivery.desk import Desk, a_checkout, an_account
from tests.gateways.sandbox_process import ANSWER_SECONDS, Sandbox

SLOW_SECONDS = 4


def _sessions(sandbox: Sandbox) -> int:
    """How many checkouts the gateway has opened."""
    url, login = f"{sandbox.address}/v1/checkout/sessions", (SANDBOX_STRIPE_KEY, "")
    return len(requests.get(url, auth=login, timeout=ANSWER_SECONDS).json()["data"])


def test_a_worker_told_to_stop_finishes_what_it_has_begun(
    celery_setup: CeleryTestSetup, desk: Desk, own_sandbox: Sandbox
) -> None:
    account = desk.wait_done(desk.order(an_account()))
    own_sandbox.arm("slow", seconds=SLOW_SECONDS, count=1, path="/v1/checkout/sessions")
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
    desk.let_lease_run_out(checkout)
    desk.sweep()
    desk.wait_done(checkout)
    assert (desk.row(checkout).attempts, _sessions(own_sandbox)) == (2, 1)


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
    with desk.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 2


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


def test_a_wiped_broker_costs_nothing_but_time(celery_setup: CeleryTestSetup, desk: Desk) -> None:
    celery_setup.worker.kill()
    forgotten = [desk.order(an_account()) for _ in range(3)]
    celery_setup.broker.container.client.flushall()
    celery_setup.worker.restart()
    desk.sweep()
    for row_id in forgotten:
        desk.wait_done(row_id)
