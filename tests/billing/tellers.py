"""Whoever imports the statements of the bank: an operator, at the command line."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.clocks.wall import Wall
from billing.invariants import violations
from billing.manual_payments.tables import PaymentClaim
from billing.statements.book_line import book_line
from billing.statements.ignore_line import ignore_line
from billing.statements.keep import keep_lines
from billing.statements.match_line import match_with_claim, match_with_invoice
from billing.statements.queries import standing, standing_of
from billing.statements.tables import StatementLine
from billing.statements.unmatch_line import unmatch_line
from database.engine import Database
from schemas.facts.statements import BankLine
from tests.billing.payers import NOON, TODAY

PRICE = 2_999
ACCOUNT = "DE89370400440532013000"


def line(minor: int = PRICE, text: str = "", ref: str = "", currency: str = "USD", **fields: object) -> BankLine:
    told = BankLine(ACCOUNT, TODAY, minor, currency, minor, bank_ref=ref, text=text)
    return replace(told, **fields)  # type: ignore[arg-type] # by name


class Teller:
    """Whoever imports statements."""

    def __init__(self, database: Database, by: str = "operator/mo") -> None:
        self.database, self.by = database, by

    def keep(self, *lines: BankLine) -> list[UUID]:
        with self.database.transaction() as session:
            return keep_lines(session, lines, self.by)

    def book(self, line_id: UUID) -> str | None:
        """What it was found to be."""
        with self.database.transaction() as session:
            return self.book_in(session, line_id)

    def book_in(self, session: Session, line_id: UUID) -> str | None:
        """The same, in a transaction that may stay open."""
        proposal = book_line(session, line_id, self.by, Wall(NOON))
        return proposal.finding.value if proposal else None

    def take(self, *lines: BankLine) -> list[str | None]:
        """A file with these lines, imported."""
        return [self.book(line_id) for line_id in self.keep(*lines)]

    def standing(self, line_id: UUID) -> str:
        with self.database.transaction() as session:
            return standing_of(session, session.get_one(StatementLine, line_id))

    def count(self) -> int:
        with self.database.transaction() as session:
            return session.scalars(select(func.count()).select_from(StatementLine)).one()

    def booked_minor(self) -> int:
        """The sum of all lines that are booked."""
        booked = select(func.coalesce(func.sum(StatementLine.amount_minor), 0)).where(standing() == "booked")
        with self.database.transaction() as session:
            return int(session.scalars(booked).one())

    def violations(self) -> list[str]:
        with self.database.transaction() as session:
            return violations(session)

    def match(self, line_id: UUID, invoice_id: UUID) -> UUID:
        """The claim that is made of it."""
        with self.database.transaction() as session:
            return match_with_invoice(session, line_id, invoice_id, self.by, Wall(NOON)).id

    def see(self, line_id: UUID, claim_id: UUID) -> None:
        """The line is money of a claim that was approved."""
        with self.database.transaction() as session:
            match_with_claim(session, line_id, claim_id, self.by)

    def unmatch(self, line_id: UUID) -> None:
        """It was not that money."""
        with self.database.transaction() as session:
            unmatch_line(session, line_id, self.by)

    def ignore(self, line_id: UUID, reason: str = "fraud, says the bank") -> None:
        with self.database.transaction() as session:
            ignore_line(session, line_id, reason, self.by)

    def row(self, line_id: UUID) -> StatementLine:
        with self.database.transaction() as session:
            return session.get_one(StatementLine, line_id)

    def open(self) -> list[StatementLine]:
        """What waits for a person, oldest first."""
        found = select(StatementLine).where(standing() == "open").order_by(StatementLine.id)
        with self.database.transaction() as session:
            return list(session.scalars(found))

    def claims(self) -> list[UUID]:
        with self.database.transaction() as session:
            return list(session.scalars(select(PaymentClaim.id).order_by(PaymentClaim.id)))
