"""What the company's own people read of customers is written down with the read; what others read is not."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.catalog.seed import seed
from billing.clocks.wall import Wall
from billing.cycle.start.create import create_subscription
from billing.invoices.attach_document import attach_document
from billing.invoices.settle import settle_invoice
from billing.invoices.tables import Invoice
from database.audit.queries import Wanted, Whole, list_entries
from database.ids import uuid7
from schemas.commands.subscriptions import CreateSubscription, PlanChoice
from schemas.permissions import StaffRole

NewMember = Callable[..., dict[str, str]]
NOW = datetime.now(UTC)


def _entries(owner_session: Session) -> list[Whole]:
    entries, _ = list_entries(owner_session, Wanted(), None, 10)
    return entries


def _subscribe(owner_session: Session, account_id: UUID) -> UUID:
    """By transfer, which was made."""
    seed(owner_session)
    growth = CreateSubscription(account_id=account_id, plan=PlanChoice(plan="growth"), pay_by="transfer")
    subscription_id = create_subscription(owner_session, uuid7(), growth, NOW).id
    owner_session.flush()
    invoice = owner_session.scalars(select(Invoice).where(Invoice.subscription_id == subscription_id)).one()
    invoice.allocated_minor = invoice.total_minor
    settle_invoice(owner_session, invoice, NOW, NOW)
    owner_session.commit()
    return subscription_id


def test_who_of_the_staff_has_seen_whose_account_is_written_down(
    door: httpx.Client, new_member: NewMember, acme_id: UUID, owner_session: Session
) -> None:
    """Support may not look at the log, and adds to it all the same."""
    robin = new_member(StaffRole.SUPPORT, "Robin")
    assert door.get(f"/v1/accounts/{acme_id}/", headers=robin).status_code == 200
    (whole,) = _entries(owner_session)
    entry = whole.entry
    assert (entry.actor_kind, entry.actor_name, entry.actor_role) == ("staff", "Robin", "support")
    assert (entry.action, entry.account_id) == ("read", acme_id)
    assert whole.said == {"path": f"/v1/accounts/{acme_id}/"}
    assert door.get("/v1/admin/audit/", headers=robin).status_code == 403


def test_a_list_names_what_was_asked_for_and_its_words_lie_beside_the_log(
    door: httpx.Client, new_member: NewMember, acme_id: UUID, owner_session: Session
) -> None:
    robin = new_member(StaffRole.SUPPORT, "Robin")
    asked = {"account_id": str(acme_id), "number": "INV-ada"}
    assert door.get("/v1/billing/invoices/", params=asked, headers=robin).status_code == 200
    (whole,) = _entries(owner_session)
    assert whole.entry.account_id == acme_id
    assert whole.said == {"path": "/v1/billing/invoices/", **asked}


def test_what_a_change_or_a_service_would_cost_is_a_customers_business_too(
    door: httpx.Client, new_member: NewMember, acme_id: UUID, owner_session: Session
) -> None:
    subscription_id = _subscribe(owner_session, acme_id)
    robin = new_member(StaffRole.SUPPORT, "Robin")
    asked: tuple[tuple[str, dict[str, object]], ...] = (
        ("/v1/billing/subscriptions/preview/", {"subscription_id": str(subscription_id), "plan": {"plan": "scale"}}),
        (f"/v1/billing/subscriptions/{subscription_id}/services/preview/", {"service": "setup-app"}),
    )
    for path, body in asked:
        answer = door.post(path, json=body, headers=robin)
        assert answer.status_code == 200, answer.text
        entry = _entries(owner_session)[0].entry
        owner_session.rollback()
        assert (entry.action, entry.actor_name, entry.account_id) == ("read", "Robin", acme_id), path


def test_a_paper_is_somebodys_though_it_says_so_only_in_ink(
    door: httpx.Client, new_member: NewMember, acme_id: UUID, owner_session: Session
) -> None:
    """A file names no account in a field; the entry does, as of everything that is asked for by its id."""
    _subscribe(owner_session, acme_id)
    invoice = owner_session.scalars(select(Invoice).where(Invoice.account_id == acme_id)).one()
    attach_document(owner_session, invoice.id, b"%PDF-1.4", Wall(NOW), is_paid=True, is_mailed=False)
    owner_session.commit()
    robin = new_member(StaffRole.SUPPORT, "Robin")
    for path in (f"/v1/billing/invoices/{invoice.id}/pdf/", f"/v1/admin/accounts/{acme_id}/activity/"):
        assert door.get(path, headers=robin).status_code == 200
        assert _entries(owner_session)[0].entry.account_id == acme_id, path
        owner_session.rollback()


def test_servers_and_the_price_list_leave_nothing(
    door: httpx.Client, new_member: NewMember, key: dict[str, str], acme_id: UUID, owner_session: Session
) -> None:
    assert door.get(f"/v1/accounts/{acme_id}/", headers=key).status_code == 200
    assert door.get("/v1/billing/plans/", headers=new_member(StaffRole.SUPPORT)).status_code == 200
    assert _entries(owner_session) == []


def test_a_read_that_shows_nothing_leaves_nothing(
    door: httpx.Client, new_member: NewMember, owner_session: Session
) -> None:
    robin = new_member(StaffRole.SUPPORT, "Robin")
    assert door.get(f"/v1/accounts/{uuid7()}/", headers=robin).status_code == 404
    assert _entries(owner_session) == []


def test_whoever_watches_sees_who_looked_and_is_seen_too(
    door: httpx.Client, new_member: NewMember, acme_id: UUID
) -> None:
    door.get(f"/v1/accounts/{acme_id}/", headers=new_member(StaffRole.SUPPORT, "Robin"))
    kim = new_member(StaffRole.ADMIN, "Kim")
    seen = door.get("/v1/admin/audit/", params={"account_id": str(acme_id)}, headers=kim).json()["data"]
    assert [(each["actor"]["name"], each["action"]) for each in seen] == [("Robin", "read")]
    again = door.get("/v1/admin/audit/", headers=kim).json()["data"]
    assert [each["actor"]["name"] for each in again] == ["Kim", "Robin"]
