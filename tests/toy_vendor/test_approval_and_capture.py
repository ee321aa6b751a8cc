"""A customer agrees on a page, and the money comes when we take it: once, whoever hears of it, and only if owed."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from calls.look_up_payments import look_up_payments
from database.engine import Database
from database.inbox import InboxEvent
from database.memory import WorkState
from database.operations import Operation
from database.outbox import OutboxEntry
from settings import Settings
from tasks import payments, webhooks
from tests.billing.payers import Payer
from tests.toy_vendor.deals import CREDITS, PRICE, Deal
from tests.toy_vendor.door import SECRET
from tests.toy_vendor.office import Capture
from tests.toy_vendor.through_doors import PAGES, give, hear, run
from tests.workers.hands import MANY

ROOT = Path(__file__).resolve().parents[2]
NOTHING = (0, 0)


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
    begin = threading.Barrier(MANY)

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


def test_what_was_paid_by_transfer_meanwhile_is_not_taken(deal: Deal) -> None:
    payer = Payer(deal.work.database, deal.account_id)
    invoice_id = payer.order(deal.work.wall().at)
    deal.open_page(invoice_id)
    event = deal.agree()
    payer.approve(payer.claim(invoice_id, PRICE, now=deal.work.wall().at), now=deal.work.wall().at)
    deal.hear(event)
    assert (deal.office.captures, deal.books()) == ([], (PRICE, CREDITS))
    assert (deal.attempt().status, deal.attempt().failure_code) == ("expired", "canceled"), "the books close the page"
    assert deal.come_back()["status"] == "expired"
    assert deal.office.captures == []


def test_of_what_was_paid_in_part_meanwhile_no_more_is_taken_than_is_owed(deal: Deal) -> None:
    payer = Payer(deal.work.database, deal.account_id)
    invoice_id = payer.order(deal.work.wall().at)
    deal.open_page(invoice_id)
    event = deal.agree()
    payer.approve(payer.claim(invoice_id, 1_000, now=deal.work.wall().at), now=deal.work.wall().at)
    deal.hear(event)
    assert (deal.office.captures, deal.attempt().failure_code) == ([], "canceled")
    assert deal.open_page(invoice_id).result is not None, "the rest is paid on a page of its own"
    deal.hear(deal.agree())
    assert (deal.books(), deal.captured()) == ((PRICE, CREDITS), PRICE - 1_000)


@pytest.mark.parametrize("changed", [{"amount_minor": 1}, {"amount_minor": 1_000_000}, {"currency": "EUR"}])
def test_another_amount_than_was_asked_for_is_not_taken(bought: Deal, changed: dict[str, Any]) -> None:
    bought.office.orders[bought.ref] |= changed
    bought.hear(bought.office.tell(bought.ref))
    assert (bought.office.captures, bought.books()) == ([], NOTHING)
    assert (bought.attempt().status, bought.attempt().failure_code) == ("expired", "other_amount")
    assert bought.invoice().status == "void"


def test_what_somebody_wishes_to_cancel_is_not_taken(deal: Deal) -> None:
    invoice_id = deal.owe()
    event = deal.agree()
    assert not deal.wish_to_cancel(invoice_id)
    hear(deal.door, deal.work, event)
    assert (deal.attempt().status, deal.attempt().failure_code) == ("expired", "canceled")
    deal.follow()
    assert (deal.office.captures, deal.books()) == ([], NOTHING)


def test_what_is_to_be_canceled_before_it_was_captured_is_not_taken_any_more(deal: Deal) -> None:
    """A transfer was approved while the vendor was away: when it is back, the page is closed, whoever comes first."""
    invoice_id = deal.owe()
    hear(deal.door, deal.work, deal.agree())
    assert not deal.wish_to_cancel(invoice_id)
    with deal.work.database.transaction() as session:
        staged = session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == "capture")).one()
    payments.capture(ids=[staged])
    assert deal.come_back()["status"] == "approved"
    deal.follow()
    assert (deal.attempt().status, deal.office.captures, deal.books()) == ("expired", [], NOTHING)


def test_what_is_being_captured_is_not_given_up_by_more_news_of_it(deal: Deal) -> None:
    """The wish to cancel comes when the capture may be on its way: only the gateway can say what became of that."""
    invoice_id = deal.owe()
    hear(deal.door, deal.work, deal.agree())
    assert not deal.wish_to_cancel(invoice_id)
    hear(deal.door, deal.work, deal.office.tell(deal.ref))
    assert deal.attempt().status == "approved"


def test_approved_after_it_was_given_up_nothing_is_taken(deal: Deal) -> None:
    invoice_id = deal.owe()
    deal.wish_to_cancel(invoice_id)
    deal.follow()
    assert deal.attempt().status == "expired"
    deal.hear(deal.agree())
    assert deal.come_back()["status"] == "expired"
    assert (deal.office.captures, deal.books()) == ([], NOTHING)


def test_who_closes_and_who_captures_exclude_each_other(deal: Deal) -> None:
    """The wish comes when the capture is staged and not made: whichever of the two is first decides, for both."""
    invoice_id = deal.owe()
    hear(deal.door, deal.work, deal.agree())
    assert not deal.wish_to_cancel(invoice_id)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: deal.follow(), range(2)))
    deal.later()
    deal.follow()
    is_taken = deal.office.orders[deal.ref]["status"] == "paid"
    assert (deal.attempt().status, deal.books()[0]) == (("captured", PRICE) if is_taken else ("expired", 0))


def test_a_page_that_is_asked_for_when_they_have_agreed_closes_nothing(deal: Deal) -> None:
    invoice_id = deal.owe()
    deal.agree()
    again = deal.open_page(invoice_id)
    assert again.problem is not None
    assert again.problem["type"] == "urn:cashbeat:problem:payment_under_way"
    assert deal.follow() == [WorkState.DONE]
    assert (deal.invoice().status, deal.captured()) == ("paid", PRICE)


def test_pending_for_days_and_then_completed(bought: Deal) -> None:
    bought.office.to_become = ["looked_into"]
    back = bought.come_back()
    assert (back["status"], back["checkout_url"], bought.books()) == ("pending", "", NOTHING)
    bought.later()
    look_up_payments(bought.work)
    assert bought.attempt().status == "pending"
    bought.hear(bought.office.become(bought.ref, "paid"))
    assert (bought.books(), len(bought.office.captures)) == ((PRICE, CREDITS), 1)


def test_pending_for_days_and_then_denied(deal: Deal) -> None:
    deal.owe()
    deal.agree()
    deal.office.to_become = ["looked_into"]
    assert deal.come_back()["status"] == "pending"
    deal.hear(deal.office.become(deal.ref, "denied"))
    assert (deal.attempt().status, deal.attempt().failure_code, deal.books()) == ("failed", "declined", NOTHING)
    assert deal.invoice().status == "pending", "it is still owed, and may be paid otherwise"
    assert deal.open_page(deal.invoice().id).result is not None
    deal.hear(deal.agree())
    assert (deal.invoice().status, deal.books()[0]) == ("paid", PRICE)


def test_captured_and_then_reversed_is_a_dispute_that_is_lost(bought: Deal) -> None:
    bought.come_back()
    bought.hear(bought.office.take_back(bought.ref, PRICE))
    bought.hear(bought.office.tell(bought.ref))
    assert bought.books() == NOTHING
    assert bought.invoice().status == "uncollectible"


def test_declined_they_come_back_and_choose_another_way_to_pay(bought: Deal) -> None:
    bought.office.to_become = ["open"]
    back = bought.come_back()
    assert (back["status"], back["checkout_url"]) == ("pending", f"{bought.office.url}/pay/{bought.ref}")
    bought.agree()
    assert bought.come_back()["status"] == "captured"
    keys = [each.key.rpartition("/")[2] for each in bought.office.captures]
    assert keys == ["1", "2"], "what was declined would be repeated under its key"
    assert bought.books() == (PRICE, CREDITS)


def test_an_answer_about_somebody_elses_order_is_for_a_person_to_see(bought: Deal) -> None:
    """Money was taken, and nobody knows for what: never passed over."""
    hear(bought.door, bought.work, bought.office.tell(bought.ref))
    bought.office.orders[bought.ref]["attempt_id"] = ""
    assert bought.follow() == [WorkState.PARKED]
    bought.office.orders[bought.ref]["attempt_id"] = str(bought.attempt().id)
    bought.later()
    look_up_payments(bought.work)
    assert bought.books() == (PRICE, CREDITS)


def test_refused_whoever_asks_the_payment_has_failed(deal: Deal) -> None:
    deal.owe()
    deal.agree()
    deal.office.to_become = ["refused"]
    back = deal.come_back()
    assert (back["status"], back["failure_code"]) == ("failed", "payee_restricted")
    assert deal.books() == NOTHING


def test_a_page_that_does_not_end_by_itself_is_ended(deal: Deal) -> None:
    deal.buy()
    deal.its_time_is_over()
    deal.later()
    look_up_payments(deal.work)
    assert (deal.attempt().status, deal.office.orders[deal.ref]["status"]) == ("expired", "closed")
    assert deal.invoice().status == "void"


def test_one_that_its_vendor_has_forgotten_is_over_with_its_time(deal: Deal) -> None:
    deal.buy()
    ref, deal.office.orders = deal.ref, {}
    deal.later()
    look_up_payments(deal.work)
    assert deal.attempt().status == "pending"
    deal.its_time_is_over()
    deal.later()
    look_up_payments(deal.work)
    assert (deal.attempt().status, ref) == ("expired", deal.ref)


def test_a_page_that_we_did_not_open_is_unknown(deal: Deal) -> None:
    asked = give(deal.door, deal.work, "/v1/billing/toy/capture-order/", checkout_ref="somebody-elses")
    assert asked.problem is not None
    assert asked.problem["type"] == "urn:cashbeat:problem:checkout_not_found"


@pytest.mark.parametrize(
    ("path", "body", "field", "message"),
    [
        ("toy/create-order", {}, "package", "must be given, or invoice_id"),
        (
            "toy/create-order",
            {"package": "value", "gateway": "stripe"},
            "gateway",
            "must be the gateway in the path, or left out",
        ),
        (
            "toy/create-order",
            {"package": "value", "invoice_id": str(UUID(int=1))},
            "invoice_id",
            "must be left out where package is given: a page is for either",
        ),
        ("toy/capture-order", {}, "checkout_ref", "must be given"),
        (
            "Toy/create-order",
            {"package": "value"},
            "gateway",
            "must be a gateway's name: up to 40 small letters, digits and underscores",
        ),
    ],
)
def test_the_path_names_the_gateway_and_the_body_one_command(
    deal: Deal, path: str, body: dict[str, Any], field: str, message: str
) -> None:
    asked = {**({"account_id": str(deal.account_id), **PAGES} if path.endswith("create-order") else {}), **body}
    refused = deal.door.post(f"/v1/billing/{path}/", json=asked)
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"field": field, "message": message}]


def test_each_approval_is_captured_by_one_row_of_its_own(bought: Deal) -> None:
    for _ in range(3):
        hear(bought.door, bought.work, bought.office.tell(bought.ref))
    with bought.work.database.transaction() as session:
        causes = session.scalars(select(OutboxEntry.cause).where(OutboxEntry.topic == "capture")).all()
    assert causes == [f"capture/{bought.attempt().id}/1"]
    bought.follow()
    assert bought.office.captures == [Capture(bought.ref, f"cashbeat/capture/{bought.attempt().id}/1", "paid")]
