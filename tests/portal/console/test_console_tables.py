"""Lists of the console as tables for spreadsheets: by the same filters, all of it, and no formula is carried out."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.console.every import LISTS
from schemas.permissions import StaffRole, of_staff
from tests.billing.subscribers import Books
from tests.portal.console.conftest import AtWork, Hire

NewCustomer = Callable[..., UUID]


def _table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(answer.text.splitlines()))


def test_invoices_are_a_table_by_the_filters_of_their_list(
    at_work: AtWork, hire: Hire, new_customer: NewCustomer, subscribers: Books
) -> None:
    account_id = new_customer()
    subscribers.subscribe(account_id, datetime.now(UTC).replace(microsecond=0), pay_by="transfer")
    (invoice,) = subscribers.invoices(account_id)
    robin = at_work(hire(StaffRole.FINANCE))
    page = robin.open(f"/admin/invoices?account_id={account_id}&status=pending")
    assert f'href="/admin/invoices.csv?status=pending&amp;account_id={account_id}"' in page.text
    answer = robin.open(f"/admin/invoices.csv?account_id={account_id}&status=pending")
    assert answer.headers["content-disposition"] == 'attachment; filename="invoices.csv"'
    (row,) = _table(answer)
    assert (row["number"], row["total"], row["currency"], row["id"]) == (
        invoice.number, "99.00", "USD", str(invoice.id),
    )  # fmt: skip
    assert _table(robin.open(f"/admin/invoices.csv?account_id={account_id}&status=void")) == []
    wrong = robin.open("/admin/invoices.csv?status=mine")
    assert (wrong.status_code, wrong.headers["location"]) == (303, "/admin/invoices?status=mine")


def test_all_pages_of_a_list_are_in_its_table_and_formulas_are_texts(
    at_work: AtWork, hire: Hire, new_customer: NewCustomer, books_of_portal: Session
) -> None:
    mark = uuid4().hex[:8]
    ids = {str(new_customer(f"=HYPERLINK({mark},{place})")) for place in range(130)}
    robin = at_work(hire(StaffRole.SUPPORT))
    rows = _table(robin.open(f"/admin/accounts.csv?q=%3DHYPERLINK({mark}&sort=created"))
    assert {row["id"] for row in rows} == ids
    assert len(rows) == len(ids)
    assert all(row["name"].startswith("'=HYPERLINK(") for row in rows)
    assert {row["country"] for row in rows} == {"US"}
    noted = text("SELECT count(*) FROM audit_entries WHERE said ->> 'path' = '/admin/accounts.csv'")
    assert books_of_portal.scalar(noted) == 2, "what was looked at is written down, page by page"


def test_a_table_is_for_whoever_may_see_the_list(at_work: AtWork, hire: Hire) -> None:
    for role in StaffRole:
        robin = at_work(hire(role))
        for listed in LISTS:
            told = robin.open(f"{listed.path}.csv").status_code
            expected = 404 if not listed.columns else 200 if listed.permission in of_staff(role) else 403
            assert told == expected, (listed.path, role)
