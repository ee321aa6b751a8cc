"""A customer agrees on a page, and the money comes when we take it: once, whoever hears of it."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select, update

from calls.look_up_payments import look_up_payments
from database.engine import Database
from database.inbox import InboxEvent
from database.memory import WorkState
from database.operations import Operation
from database.outbox import OutboxEntry
from settings import Settings
from tasks import webhooks
from tests.toy_vendor.deals import CREDITS, NOTHING, PRICE, Deal
from tests.toy_vendor.door import SECRET
from tests.toy_vendor.office import Capture
from tests.toy_vendor.through_doors import hear, run
from tests.workers.hands import MANY

ROOT = Path(__file__).resolve().parents[2]


def test_the_vendor_tells_first(bought: Deal) -> None:
    bought.hear(bought.office.tell(bought.ref))
    assert bought.books() == (PRICE, CREDITS)
    assert bought.come_back()["status"] == "captured"
    assert bought.books() == (PRICE, CREDITS)
    assert [each.key for each in bought.office.captures] == [f"cashbeat/capture/{bought.attempt().id}/1"]


def test_the_browser_is_back_first(bought: Deal) -> None:
    back = bought.come_back()
    assert (back["status"], back["checkout_url"], back["total_minor"]) == ("captured", "", PRICE)
    bought.hear(bought.office.tell(bought.ref))
    assert bought.books() == (PRICE, CREDITS)
    assert len(bought.office.captures) == 1
    assert bought.invoice().number is not None


def test_nothing_is_taken_before_they_agree(deal: Deal) -> None:
    deal.buy()
    back = deal.come_back()
    assert (back["status"], back["checkout_url"]) == ("pending", f"{deal.office.url}/pay/{deal.ref}")
    deal.hear(deal.office.tell(deal.ref))
    assert (deal.office.captures, deal.books()) == ([], NOTHING)


def test_sixteen_at_once_are_one_capture(bought: Deal) -> None:
    events = [bought.office.tell(bought.ref) for _ in range(MANY // 2)]
    headers, path = {"toy-secret": SECRET.decode()}, "/v1/billing/toy/capture-order/"
    for event in events:
        bought.door.post("/v1/billing/webhooks/toy/", content=event, headers=headers)
    with bought.work.database.transaction() as session:
        stored = [str(each) for each in session.scalars(select(InboxEvent.id))]
    asked = [bought.door.post(path, json={"checkout_ref": bought.ref}).json()["id"] for _ in range(MANY // 2)]
    begin = threading.Barrier(MANY, timeout=60)

    def at_once(act: Callable[[], object]) -> None:
        begin.wait()
        act()
        bought.follow()

    acts: list[Callable[[], object]] = [partial(webhooks.handle, ids=[each]) for each in stored]
    acts += [partial(run, bought.work, each) for each in asked]
    with ThreadPoolExecutor(MANY) as threads:
        list(threads.map(at_once, acts))
    assert [(each.ref, each.outcome) for each in bought.office.captures] == [(bought.ref, "paid")]
    assert bought.books() == (PRICE, CREDITS)
    with bought.work.database.transaction() as session:
        results = [session.get_one(Operation, UUID(each)).result or {} for each in asked]
    assert {result["status"] for result in results} == {"captured"}


def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key(bought: Deal) -> None:
    bought.office.after_capture = lambda: True
    hear(bought.door, bought.work, bought.office.tell(bought.ref))
    assert bought.follow() == [WorkState.READY]
    assert (bought.attempt().status, bought.books(), len(bought.office.captures)) == ("approved", NOTHING, 1)
    bought.later()
    assert bought.follow() == [WorkState.DONE]
    assert (bought.books(), len(bought.office.captures)) == ((PRICE, CREDITS), 1)


def test_an_answer_that_was_lost_is_known_by_the_sweep_that_looks(bought: Deal) -> None:
    bought.office.after_capture = lambda: True
    hear(bought.door, bought.work, bought.office.tell(bought.ref))
    bought.follow()
    bought.later()
    look_up_payments(bought.work)
    assert bought.books() == (PRICE, CREDITS)
    bought.follow()
    assert (bought.books(), len(bought.office.captures)) == ((PRICE, CREDITS), 1)


def test_when_its_key_is_forgotten_there_it_is_captured_once_all_the_same(
    bought: Deal, books_of_owner: Database
) -> None:
    """Six hours after a lost answer the vendor knows the key no more: what it does know is the order."""
    bought.office.after_capture = lambda: True
    hear(bought.door, bought.work, bought.office.tell(bought.ref))
    bought.follow()
    with books_of_owner.transaction() as session:
        session.execute(update(OutboxEntry).values(created_at=func.now() - timedelta(hours=7)))
    bought.later()
    assert bought.follow() == [WorkState.DONE]
    assert (bought.books(), len(bought.office.captures)) == ((PRICE, CREDITS), 1)
    first, second = bought.office.keys
    assert second == f"{first}/2"


DYING = """
import sys
from dataclasses import replace
from gateways.registry import VENDORS
from settings import Settings
from tests.toy_vendor import vendor
VENDORS["toy"], vendor.address = "tests.toy_vendor", sys.argv[1]
from tasks import payments
from workers import task
from workers.celery_app import make_app
from workers.wiring import wire
settings = Settings(worker_database_url=sys.argv[2], broker_url=sys.argv[3])
task.start(wire(settings, make_app(settings.broker_url)))
payments.capture(ids=[sys.argv[4]])
"""


def test_a_worker_that_is_killed_between_call_and_record_costs_nothing(bought: Deal, toy_settings: Settings) -> None:
    made, killed = threading.Event(), threading.Event()

    def hold_the_answer() -> bool:
        made.set()
        return killed.wait(30)

    hear(bought.door, bought.work, bought.office.tell(bought.ref))
    bought.office.after_capture = hold_the_answer
    with bought.work.database.transaction() as session:
        entry_id = session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == "capture")).one()
    told = [bought.office.url, toy_settings.worker_database_url, toy_settings.broker_url, str(entry_id)]
    worker = subprocess.Popen([sys.executable, "-c", DYING, *told], cwd=ROOT)
    assert made.wait(30)
    worker.kill()
    worker.wait()
    killed.set()
    assert (bought.attempt().status, bought.books()) == ("approved", NOTHING)
    assert bought.follow() == [WorkState.READY], "its lease has not run out"
    bought.later()
    assert bought.follow() == [WorkState.DONE]
    assert (bought.books(), len(bought.office.captures)) == ((PRICE, CREDITS), 1)


def test_an_approval_that_nobody_told_of_is_found_by_the_sweep_that_looks(bought: Deal) -> None:
    bought.later()
    look_up_payments(bought.work)
    assert bought.follow() == [WorkState.DONE]
    assert bought.books() == (PRICE, CREDITS)


def test_each_approval_is_captured_by_one_row_of_its_own(bought: Deal) -> None:
    for _ in range(3):
        hear(bought.door, bought.work, bought.office.tell(bought.ref))
    with bought.work.database.transaction() as session:
        causes = session.scalars(select(OutboxEntry.cause).where(OutboxEntry.topic == "capture")).all()
    assert causes == [f"capture/{bought.attempt().id}/1"]
    bought.follow()
    assert bought.office.captures == [Capture(bought.ref, f"cashbeat/capture/{bought.attempt().id}/1", "paid")]
