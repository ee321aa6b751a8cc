"""A customer agrees on a page, and the money comes when we take it: once, whoever hears of it, and only if owed."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Text, cast, func, select, update

from billing.credits.queries import view_balance
from billing.invoices.tables import Invoice
from billing.payments.cancel_under_way import cancel_under_way
from billing.payments.tables import PaymentAttempt
from billing.receipts.tables import Receipt
from database.inbox import InboxEvent
from database.memory import WorkState
from database.operations import Operation
from database.outbox import OutboxEntry
from settings import Settings
from tasks import payments, webhooks
from tests.billing.charges import issue
from tests.billing.payers import Payer
from tests.toy_vendor.door import SECRET
from tests.toy_vendor.office import Capture, Office
from tests.toy_vendor.through_doors import PAGES, buy, give, hear, run
from tests.workers.hands import MANY
from workers.wiring import Work, utc_now

ROOT = Path(__file__).resolve().parents[2]
PRICE, CREDITS = 2_999, 2_000
NOTHING = (0, 0)


class Story:
    """One customer and one page of the toy's."""

    def __init__(self, door: httpx.Client, work: Work, office: Office, account_id: UUID) -> None:
        self.door, self.work, self.office, self.account_id = door, work, office, account_id
        self.ref = ""

    def buy(self) -> None:
        """A package, as far as its page."""
        self.ref = buy(self.door, self.work, self.account_id)

    def owe(self, minor: int = PRICE) -> UUID:
        """An invoice, and a page to pay it on."""
        invoice_id = issue(self.work.database, self.account_id, self.work.wall().at, minor)
        self.open_page(invoice_id)
        return invoice_id

    def open_page(self, invoice_id: UUID) -> Operation:
        path = "/v1/billing/toy/create-order/"
        opened = give(self.door, self.work, path, invoice_id=str(invoice_id), **PAGES)
        self.ref = str(opened.result["checkout_ref"]) if opened.result else self.ref
        return opened

    def agree(self) -> bytes:
        return self.office.agree(self.ref)

    def hear(self, event: bytes) -> None:
        """And do what follows from it."""
        hear(self.door, self.work, event)
        self.follow()

    def come_back(self) -> dict[str, Any]:
        """The browser returns, and the product asks."""
        asked = give(self.door, self.work, "/v1/billing/toy/capture-order/", checkout_ref=self.ref)
        assert asked.result is not None, asked.problem
        return asked.result

    def follow(self) -> list[WorkState]:
        """What was staged to be captured, as a worker does it."""
        with self.work.database.transaction() as session:
            ready = select(OutboxEntry.id).where(OutboxEntry.state == WorkState.READY)
            staged = session.scalars(ready.where(OutboxEntry.topic.in_(("capture", "cancel_payment")))).all()
            topics = {row.id: row.topic for row in session.scalars(select(OutboxEntry))}
        for entry_id in staged:
            {"capture": payments.capture, "cancel_payment": payments.cancel}[topics[entry_id]](ids=[entry_id])
        with self.work.database.transaction() as session:
            return [row.state for row in session.scalars(select(OutboxEntry)) if row.id in staged]

    def later(self) -> None:
        """Waits are over, leases have run out, and what is open is to be asked about."""
        with self.work.database.transaction() as session:
            session.execute(update(OutboxEntry).values(next_attempt_at=func.now()))
            session.execute(
                update(OutboxEntry).where(OutboxEntry.lease_until.is_not(None)).values(lease_until=func.now())
            )
            waiting = update(PaymentAttempt).where(PaymentAttempt.look_up_at.is_not(None))
            session.execute(waiting.values(look_up_at=func.now() - timedelta(seconds=1)))

    def its_time_is_over(self) -> None:
        """Of the page, as it was asked for."""
        long_ago = func.to_jsonb(cast("2020-01-01T00:00:00+00:00", Text))
        ended = func.jsonb_set(PaymentAttempt.request, "{expires_at}", long_ago)
        with self.work.database.transaction() as session:
            session.execute(update(PaymentAttempt).values(request=ended))

    def attempt(self) -> PaymentAttempt:
        with self.work.database.transaction() as session:
            return session.scalars(select(PaymentAttempt).where(PaymentAttempt.checkout_ref == self.ref)).one()

    def invoice(self) -> Invoice:
        with self.work.database.transaction() as session:
            return session.get_one(Invoice, self.attempt().invoice_id)

    def books(self) -> tuple[int, int]:
        """Cents that came in all, and credits that the customer has."""
        with self.work.database.transaction() as session:
            came = session.scalar(select(func.coalesce(func.sum(Receipt.amount_minor), 0))) or 0
            return int(came), view_balance(session, self.account_id, utc_now()).balance

    def captured(self) -> int:
        """Cents that the office has taken."""
        return sum(self.office.orders[each.ref]["amount_minor"] for each in self.office.captures)


@pytest.fixture
def story(toy_door: httpx.Client, toy_work: Work, office: Office, toy_customer: UUID) -> Iterator[Story]:
    """Whatever happens in it, an order is captured once at most, and the books say what the office says."""
    story = Story(toy_door, toy_work, office, toy_customer)
    yield story
    taken = [each.ref for each in office.captures if each.outcome == "paid"]
    assert len(taken) == len(set(taken))


@pytest.fixture
def bought(story: Story) -> Story:
    """They have agreed to buy a package; nobody has heard of it."""
    story.buy()
    story.agree()
    return story


def test_the_vendor_tells_first(bought: Story) -> None:
    bought.hear(bought.office.tell(bought.ref))
    assert bought.books() == (PRICE, CREDITS)
    assert bought.come_back()["status"] == "captured"
    assert bought.books() == (PRICE, CREDITS)
    assert [each.key for each in bought.office.captures] == [f"cashbeat/capture/{bought.attempt().id}/1"]


def test_the_browser_is_back_first(bought: Story) -> None:
    back = bought.come_back()
    assert (back["status"], back["checkout_url"], back["total_minor"]) == ("captured", "", PRICE)
    bought.hear(bought.office.tell(bought.ref))
    assert bought.books() == (PRICE, CREDITS)
    assert len(bought.office.captures) == 1
    assert bought.invoice().number is not None


def test_nothing_is_taken_before_they_agree(story: Story) -> None:
    story.buy()
    back = story.come_back()
    assert (back["status"], back["checkout_url"]) == ("pending", f"{story.office.url}/pay/{story.ref}")
    story.hear(story.office.tell(story.ref))
    assert (story.office.captures, story.books()) == ([], NOTHING)


def test_sixteen_at_once_are_one_capture(bought: Story) -> None:
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


def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key(bought: Story) -> None:
    bought.office.after_capture = lambda: True
    hear(bought.door, bought.work, bought.office.tell(bought.ref))
    assert bought.follow() == [WorkState.READY]
    assert (bought.attempt().status, bought.books(), len(bought.office.captures)) == ("approved", NOTHING, 1)
    bought.later()
    assert bought.follow() == [WorkState.DONE]
    assert (bought.books(), len(bought.office.captures)) == ((PRICE, CREDITS), 1)


def test_an_answer_that_was_lost_is_known_by_the_sweep_that_looks(bought: Story) -> None:
    bought.office.after_capture = lambda: True
    hear(bought.door, bought.work, bought.office.tell(bought.ref))
    bought.follow()
    bought.later()
    payments.look_up_payments(interval_seconds=60)
    assert bought.books() == (PRICE, CREDITS)
    bought.follow()
    assert (bought.books(), len(bought.office.captures)) == ((PRICE, CREDITS), 1)


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


def test_a_worker_that_is_killed_between_call_and_record_costs_nothing(bought: Story, toy_settings: Settings) -> None:
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


def test_an_approval_that_nobody_told_of_is_found_by_the_sweep_that_looks(bought: Story) -> None:
    bought.later()
    payments.look_up_payments(interval_seconds=60)
    assert bought.follow() == [WorkState.DONE]
    assert bought.books() == (PRICE, CREDITS)


def test_what_was_paid_by_transfer_meanwhile_is_not_taken(story: Story) -> None:
    payer = Payer(story.work.database, story.account_id)
    invoice_id = payer.order(story.work.wall().at)
    story.open_page(invoice_id)
    event = story.agree()
    payer.approve(payer.claim(invoice_id, PRICE, now=story.work.wall().at), now=story.work.wall().at)
    story.hear(event)
    assert (story.office.captures, story.books()) == ([], (PRICE, CREDITS))
    assert (story.attempt().status, story.attempt().failure_code) == ("expired", "not_owed")
    assert story.come_back()["status"] == "expired"
    assert story.office.captures == []


def test_of_what_was_paid_in_part_meanwhile_no_more_is_taken_than_is_owed(story: Story) -> None:
    payer = Payer(story.work.database, story.account_id)
    invoice_id = payer.order(story.work.wall().at)
    story.open_page(invoice_id)
    event = story.agree()
    payer.approve(payer.claim(invoice_id, 1_000, now=story.work.wall().at), now=story.work.wall().at)
    story.hear(event)
    assert (story.office.captures, story.attempt().failure_code) == ([], "other_amount")
    assert story.open_page(invoice_id).result is not None, "the rest is paid on a page of its own"
    story.hear(story.agree())
    assert (story.books(), story.captured()) == ((PRICE, CREDITS), PRICE - 1_000)


@pytest.mark.parametrize("changed", [{"amount_minor": 1}, {"amount_minor": 1_000_000}, {"currency": "EUR"}])
def test_another_amount_than_was_asked_for_is_not_taken(bought: Story, changed: dict[str, Any]) -> None:
    bought.office.orders[bought.ref] |= changed
    bought.hear(bought.office.tell(bought.ref))
    assert (bought.office.captures, bought.books()) == ([], NOTHING)
    assert (bought.attempt().status, bought.attempt().failure_code) == ("expired", "other_amount")
    assert bought.invoice().status == "void"


def test_what_somebody_wishes_to_cancel_is_not_taken(story: Story) -> None:
    invoice_id = story.owe()
    event = story.agree()
    with story.work.database.transaction() as session:
        session.get_one(Invoice, invoice_id, with_for_update=True)
        assert not cancel_under_way(session, invoice_id)
    hear(story.door, story.work, event)
    assert (story.attempt().status, story.attempt().failure_code) == ("expired", "canceled")
    story.follow()
    assert (story.office.captures, story.books()) == ([], NOTHING)


def test_approved_after_it_was_given_up_nothing_is_taken(story: Story) -> None:
    invoice_id = story.owe()
    with story.work.database.transaction() as session:
        session.get_one(Invoice, invoice_id, with_for_update=True)
        cancel_under_way(session, invoice_id)
    story.follow()
    assert story.attempt().status == "expired"
    story.hear(story.agree())
    assert story.come_back()["status"] == "expired"
    assert (story.office.captures, story.books()) == ([], NOTHING)


def test_who_closes_and_who_captures_exclude_each_other(story: Story) -> None:
    """The wish comes when the capture is staged and not made: whichever of the two is first decides, for both."""
    invoice_id = story.owe()
    hear(story.door, story.work, story.agree())
    with story.work.database.transaction() as session:
        session.get_one(Invoice, invoice_id, with_for_update=True)
        assert not cancel_under_way(session, invoice_id)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: story.follow(), range(2)))
    story.later()
    story.follow()
    is_taken = story.office.orders[story.ref]["status"] == "paid"
    assert (story.attempt().status, story.books()[0]) == (("captured", PRICE) if is_taken else ("expired", 0))


def test_a_page_that_is_asked_for_when_they_have_agreed_closes_nothing(story: Story) -> None:
    invoice_id = story.owe()
    story.agree()
    again = story.open_page(invoice_id)
    assert again.problem is not None
    assert again.problem["type"] == "urn:cashbeat:problem:payment_under_way"
    assert story.follow() == [WorkState.DONE]
    assert (story.invoice().status, story.captured()) == ("paid", PRICE)


def test_pending_for_days_and_then_completed(bought: Story) -> None:
    bought.office.to_become = ["looked_into"]
    back = bought.come_back()
    assert (back["status"], back["checkout_url"], bought.books()) == ("pending", "", NOTHING)
    bought.later()
    payments.look_up_payments(interval_seconds=60)
    assert bought.attempt().status == "pending"
    bought.hear(bought.office.become(bought.ref, "paid"))
    assert (bought.books(), len(bought.office.captures)) == ((PRICE, CREDITS), 1)


def test_pending_for_days_and_then_denied(story: Story) -> None:
    story.owe()
    story.agree()
    story.office.to_become = ["looked_into"]
    assert story.come_back()["status"] == "pending"
    story.hear(story.office.become(story.ref, "denied"))
    assert (story.attempt().status, story.attempt().failure_code, story.books()) == ("failed", "declined", NOTHING)
    assert story.invoice().status == "pending", "it is still owed, and may be paid otherwise"
    assert story.open_page(story.invoice().id).result is not None
    story.hear(story.agree())
    assert (story.invoice().status, story.books()[0]) == ("paid", PRICE)


def test_captured_and_then_reversed_is_a_dispute_that_is_lost(bought: Story) -> None:
    bought.come_back()
    bought.hear(bought.office.take_back(bought.ref, PRICE))
    bought.hear(bought.office.tell(bought.ref))
    assert bought.books() == NOTHING
    assert bought.invoice().status == "uncollectible"


def test_declined_they_come_back_and_choose_another_way_to_pay(bought: Story) -> None:
    bought.office.to_become = ["open"]
    back = bought.come_back()
    assert (back["status"], back["checkout_url"]) == ("pending", f"{bought.office.url}/pay/{bought.ref}")
    bought.agree()
    assert bought.come_back()["status"] == "captured"
    keys = [each.key.rpartition("/")[2] for each in bought.office.captures]
    assert keys == ["1", "2"], "what was declined would be repeated under its key"
    assert bought.books() == (PRICE, CREDITS)


def test_refused_whoever_asks_the_payment_has_failed(story: Story) -> None:
    story.owe()
    story.agree()
    story.office.to_become = ["refused"]
    back = story.come_back()
    assert (back["status"], back["failure_code"]) == ("failed", "payee_restricted")
    assert story.books() == NOTHING


def test_a_page_that_does_not_end_by_itself_is_ended(story: Story) -> None:
    story.buy()
    story.its_time_is_over()
    story.later()
    payments.look_up_payments(interval_seconds=60)
    assert (story.attempt().status, story.office.orders[story.ref]["status"]) == ("expired", "closed")
    assert story.invoice().status == "void"


def test_one_that_its_vendor_has_forgotten_is_over_with_its_time(story: Story) -> None:
    story.buy()
    ref, story.office.orders = story.ref, {}
    story.later()
    payments.look_up_payments(interval_seconds=60)
    assert story.attempt().status == "pending"
    story.its_time_is_over()
    story.later()
    payments.look_up_payments(interval_seconds=60)
    assert (story.attempt().status, ref) == ("expired", story.ref)


def test_a_page_that_we_did_not_open_is_unknown(story: Story) -> None:
    asked = give(story.door, story.work, "/v1/billing/toy/capture-order/", checkout_ref="somebody-elses")
    assert asked.problem is not None
    assert asked.problem["type"] == "urn:cashbeat:problem:checkout_not_found"


def test_a_vendor_whose_pages_take_the_money_themselves_has_nothing_to_capture(story: Story) -> None:
    asked = give(story.door, story.work, "/v1/billing/stripe/capture-order/", checkout_ref="cs_1")
    assert asked.problem is not None


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("create-order", {}, "package"),
        ("create-order", {"package": "value", "gateway": "stripe"}, "gateway"),
        ("create-order", {"package": "value", "invoice_id": str(UUID(int=1))}, "invoice_id"),
        ("capture-order", {}, "checkout_ref"),
    ],
)
def test_the_path_names_the_gateway_and_the_body_one_command(
    story: Story, path: str, body: dict[str, Any], field: str
) -> None:
    asked = {**({"account_id": str(story.account_id), **PAGES} if path == "create-order" else {}), **body}
    refused = story.door.post(f"/v1/billing/toy/{path}/", json=asked)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_each_approval_is_captured_by_one_row_of_its_own(bought: Story) -> None:
    for _ in range(3):
        hear(bought.door, bought.work, bought.office.tell(bought.ref))
    with bought.work.database.transaction() as session:
        causes = session.scalars(select(OutboxEntry.cause).where(OutboxEntry.topic == "capture")).all()
    assert causes == [f"capture/{bought.attempt().id}/1"]
    bought.follow()
    assert bought.office.captures == [Capture(bought.ref, f"cashbeat/capture/{bought.attempt().id}/1", "paid")]
