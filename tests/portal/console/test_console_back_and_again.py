"""Back, and pressed again, in the console: whatever a colleague does is done once, however often its page is drawn."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from calls.run_command import run_command
from database.operations import stage_command
from portal.console.every import DEEDS
from portal.console.fields import Field
from schemas.permissions import StaffRole, of_staff
from tests.billing.subscribers import Books
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import do, fields_of
from workers.wiring import Work

NewCustomer = Callable[..., UUID]
# of these there is one to be had; what is sold and who works here is made and changed by the same page
ABOUT = {
    "account_id", "invoice_id", "claim_id", "payment_id", "approval_id", "operation_id", "inbox_id", "outbox_id",
}  # fmt: skip
TYPED = {"whole": "20", "amount": "1.00", "moment": "", "day": ""}


class Things:
    """One of each thing that something can be done about, by the field of the command that names it."""

    def __init__(self, books: Session, subscribers: Books, hands: Work) -> None:
        self._books = books
        self._subscribers = subscribers
        self._hands = hands

    def make(self, about: str, account_id: UUID) -> UUID:
        """Its id."""
        found: UUID = getattr(self, f"_{about}")(account_id)
        return found

    def _account_id(self, account_id: UUID) -> UUID:
        return account_id

    def _invoice_id(self, account_id: UUID) -> UUID:
        self._subscribers.subscribe(account_id, datetime.now(UTC).replace(microsecond=0), pay_by="transfer")
        return self._subscribers.invoices(account_id)[0].id

    def _claim_id(self, account_id: UUID) -> UUID:
        said = {
            "invoice_id": str(self._invoice_id(account_id)), "method": "bank_transfer", "amount_minor": 9_900,
            "currency": "USD", "paid_on": datetime.now(UTC).date().isoformat(), "reference": "",
        }  # fmt: skip
        claim_id = self._said("submit_payment_claim", **said)
        self._said("attach_payment_proof", claim_id=str(claim_id), content=b64encode(b"\x89PNG\r\n\x1a\n").decode())
        return claim_id

    def _payment_id(self, account_id: UUID) -> UUID:
        began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
        self._subscribers.give_card(account_id, began)
        self._subscribers.subscribe(account_id, began)
        self._subscribers.answer(began)
        return self._one("SELECT id FROM receipts WHERE account_id = :id", id=account_id)

    def _operation_id(self, account_id: UUID) -> UUID:
        staged = stage_command(self._books, "open_portal", {"account_id": str(account_id)}, "app/shop")
        return self._one(
            "UPDATE operations SET state = 'parked', attempts = 9, finished_at = now(), error = 'KeyError: id'"
            " WHERE id = :id RETURNING id",
            id=staged,
        )

    def _inbox_id(self, account_id: UUID) -> UUID:
        return self._one(
            "INSERT INTO inbox (id, gateway, event_id, event_type, body, state, attempts, error, finished_at)"
            " VALUES (:id, 'stripe', :named, 'charge.failed', '{}', 'parked', 3, 'KeyError: id', now()) RETURNING id",
            id=uuid4(), named=f"evt_{uuid4().hex}",
        )  # fmt: skip

    def _outbox_id(self, account_id: UUID) -> UUID:
        return self._one(
            "INSERT INTO outbox (id, topic, subject_id, cause, state, attempts, error, finished_at)"
            " VALUES (:id, 'send_receipt', :about, :cause, 'parked', 3, 'KeyError: id', now()) RETURNING id",
            id=uuid4(), about=account_id, cause=f"test/{uuid4()}",
        )  # fmt: skip

    def _said(self, kind: str, **body: Any) -> UUID:
        operation_id = stage_command(self._books, kind, body, "app/shop")
        run_command(self._hands, operation_id)
        return operation_id

    def _one(self, said: str, **values: Any) -> UUID:
        found: UUID = self._books.execute(text(said), values).scalar_one()
        return found


@pytest.fixture
def thing_for(
    books_of_portal: Session, subscribers: Books, hands_of_portal: Work, new_customer: NewCustomer, at_work: AtWork,
    hire: Hire,
) -> Callable[[str], UUID]:  # fmt: skip
    """Make one of what a field of commands names."""
    things = Things(books_of_portal, subscribers, hands_of_portal)

    def make(about: str) -> UUID:
        account_id = new_customer()
        if about != "approval_id":
            return things.make(about, account_id)
        wanting, form = at_work(hire(StaffRole.FINANCE)), f"/admin/accounts/{account_id}/credits"
        return do(wanting, form, hands_of_portal, direction="grant", amount="20000", reason="An outage")

    return make


def test_every_form_is_led_to_an_address_with_its_key(at_work: AtWork, hire: Hire) -> None:
    robin = at_work(hire(StaffRole.ADMIN))
    for deed in DEEDS:
        led = robin.http.get(deed.path.format(id=uuid4()))
        assert (led.status_code, led.headers["location"][:6]) == (303, "?form="), deed.path


def test_back_and_pressed_again_every_deed_is_one_operation(
    at_work: AtWork, hire: Hire, thing_for: Callable[[str], UUID], books_of_portal: Session
) -> None:
    deeds = [deed for deed in DEEDS if deed.about in ABOUT]
    assert len(deeds) > 10
    for deed in deeds:
        member = hire(next(role for role in StaffRole if {deed.reads, deed.command.permission} <= of_staff(role)))
        robin, row_id = at_work(member), thing_for(deed.about)
        if deed.path.endswith("/activate"):
            suspended = "UPDATE accounts SET suspended_at = now(), suspended_because = 'Card tests' WHERE id = :id"
            books_of_portal.execute(text(suspended), {"id": row_id})
        path = deed.path.format(id=row_id)
        first = robin.open(path)
        again = robin.open(str(first.url))
        assert fields_of(first)["operation_key"] == fields_of(again)["operation_key"], path
        typed = {each.name: _typed(each) for each in deed.fields if each.kind != "hidden"}
        sent = {robin.send(path, {**fields_of(page), **typed}).headers["location"] for page in (first, again, first)}
        assert len(sent) == 1, path
        back = robin.open(str(first.url)).text
        assert "You have sent this form already" in back, path
        assert f'href="{sent.pop()}"' in back, path
        assert "operation_key" not in back, path
        said = text("SELECT count(*) FROM operations WHERE caller = :caller")
        assert books_of_portal.scalar(said, {"caller": f"staff/{member.id}"}) == 1, path


def _typed(field: Field) -> str:
    return next(iter(field.options)) if field.kind == "choice" else TYPED.get(field.kind, "For a reason")
