"""A line is more than what it is matched with: what is over becomes a line of its own."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.statements.tables import StatementLine
from database.ids import uuid7


def split_line(session: Session, line: StatementLine, first_minor: int) -> StatementLine:
    """Leave so much of it, and return the rest: another part of the same entry, about which nobody has decided.

    Files that have the entry again find both parts. `first_minor` is less than the line, in its minor units. The caller
    holds the line's row lock.
    """
    # who splits another part of it takes the next number
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(line.identity, 0))))
    of_entry = (StatementLine.identity == line.identity, StatementLine.occurrence == line.occurrence)
    last_part = session.scalars(select(func.max(StatementLine.part)).where(*of_entry)).one()
    rest = StatementLine(
        id=uuid7(),
        account=line.account,
        identity=line.identity,
        occurrence=line.occurrence,
        part=last_part + 1,
        booked_on=line.booked_on,
        amount_minor=line.amount_minor - first_minor,
        entry_minor=line.entry_minor,
        currency=line.currency,
        bank_ref=line.bank_ref,
        reference=line.reference,
        text=line.text,
        payer=line.payer,
        payer_account=line.payer_account,
        is_collective=line.is_collective,
        imported_by=line.imported_by,
    )
    line.amount_minor = first_minor
    session.add(rest)
    session.flush()
    return rest
