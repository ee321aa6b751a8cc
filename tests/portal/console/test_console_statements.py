"""Lines of the bank in the console: which are booked, which wait, and what each of those may be."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.statements.ignore_line import ignore_line
from billing.statements.keep import keep_lines
from billing.statements.match_line import match_with_invoice
from schemas.facts.statements import BankLine
from schemas.permissions import StaffRole
from tests.billing.subscribers import Books
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.running_portal import Browser

LINES = "/admin/payments/statements"
IBAN = "DE89370400440532013000"
Wait = Callable[..., list[UUID]]


@pytest.fixture
def bank_lines(books_of_portal: Session) -> Wait:
    """What an operator has imported: an amount in cents and what the payer wrote, each a line of its own."""

    def keep(*told: tuple[int, str]) -> list[UUID]:
        today = datetime.now(UTC).date()
        lines = [
            BankLine(IBAN, today, minor, "USD", minor, text=written, payer="Acme <Corp>") for minor, written in told
        ]  # fmt: skip
        return keep_lines(books_of_portal, lines, "operator/mo")

    return keep


def test_lines_that_wait_are_listed_with_what_each_may_be(
    at_work: AtWork,
    hire: Hire,
    bank_lines: Wait,
    subscribers: Books,
    books_of_portal: Session,
    new_customer: Callable[..., UUID],
) -> None:
    account_id = new_customer()
    subscribers.subscribe(account_id, datetime.now(UTC).replace(microsecond=0), pay_by="transfer")
    (invoice,) = subscribers.invoices(account_id)
    named, unknown, fee = bank_lines((9_900, f"Invoice {invoice.number}"), (1_234, "For Sam"), (-700, "Fee"))
    ignore_line(books_of_portal, fee, "the bank's own fee", "operator/mo")
    robin = at_work(hire(StaffRole.APPROVER))
    waiting = robin.open(f"{LINES}?status=open&account={IBAN}").text
    for line_id, is_open in ((named, True), (unknown, True), (fee, False)):
        assert (f'href="{LINES}/{line_id}"' in waiting) is is_open
    assert "Acme &lt;Corp&gt;" in waiting
    page = robin.open(f"{LINES}/{named}").text
    for told in ("$99.00", "names an invoice without a reference that checks", f"?number={invoice.number}", IBAN):
        assert told in page, told
    assert f"cashbeat statement match {named} {invoice.number}\n" in page, "as an operator types it"
    assert "fits nothing that is to be paid" in robin.open(f"{LINES}/{unknown}").text
    assert "the bank&#39;s own fee" in robin.open(f"{LINES}/{fee}").text
    _claimed(robin, books_of_portal, named, invoice.id)


def _claimed(robin: Browser, books: Session, line_id: UUID, invoice_id: UUID) -> None:
    """What an operator has matched leads on to whoever approves it."""
    claim = match_with_invoice(books, line_id, invoice_id, "operator/mo", Wall(datetime.now(UTC)))
    page = robin.open(f"{LINES}/{line_id}").text
    assert "awaiting approval" in page
    assert f'href="/admin/payments/claims/{claim.id}"' in page
    assert robin.open(f"/admin/search?q={line_id}").headers["location"] == f"{LINES}/{line_id}"


def test_whoever_may_not_see_the_bank_is_not_shown_the_way(at_work: AtWork, hire: Hire, bank_lines: Wait) -> None:
    (line_id,) = bank_lines((555, "Something"))
    support, finance = at_work(hire(StaffRole.SUPPORT)), at_work(hire(StaffRole.FINANCE))
    assert f'href="{LINES}"' not in support.open("/admin/payments").text
    assert f'href="{LINES}"' in finance.open("/admin/payments").text
    assert support.open(f"{LINES}/{line_id}").status_code == 403
    for wrong in ("?status=mine", "?account=%3Cb%3E", "?sort=amount"):
        assert finance.open(f"{LINES}{wrong}").status_code == 422, wrong
