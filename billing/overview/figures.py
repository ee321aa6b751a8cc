"""What was billed, received, failed, granted and used in a time, by day or month of UTC. Test clocks are left out."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from schemas.views.dashboard import CreditFiguresView, FailedPaymentsView, RevenueView

_IN_TIME = ">= :since AND {at} < :until AND account_id NOT IN (SELECT id FROM accounts WHERE clock_id IS NOT NULL)"


# of UTC: in a million rows `date_trunc` with a time zone takes as long as all else together
_DAY_OF = "date_bin('1 day', {at}, TIMESTAMPTZ '2000-01-01T00:00Z')"


def _sums(table: str, at: str, figures: str, group: str = "", where: str = "true") -> TextClause:
    """Figures of rows of a time, for each of its days."""
    said = f"{_DAY_OF.format(at=at)} AS starts_at{group}"
    names = f"starts_at{group}"
    condition = f"{at} {_IN_TIME.format(at=at)} AND {where}"
    return text(f"SELECT {said}, {figures} FROM {table} WHERE {condition} GROUP BY {names}")  # noqa: S608 - our own words


BY_CURRENCY = ", currency"
BILLED = _sums("invoices", "issued_at", "sum(subtotal_minor) AS minor", BY_CURRENCY)
CREDITED = _sums("credit_notes", "issued_at", "-sum(subtotal_minor) AS minor", BY_CURRENCY)
RECEIVED = _sums("receipts", "received_at", "sum(amount_minor) AS minor", BY_CURRENCY, "source = 'capture'")
RETURNED = _sums(
    "receipts", "received_at", "-sum(amount_minor) AS minor", BY_CURRENCY, "source IN ('refund', 'dispute')"
)
FAILED = _sums(
    "payment_attempts", "created_at", "count(*) AS tries, sum(amount_minor) AS minor", BY_CURRENCY, "status = 'failed'"
)
MOVED = _sums(
    "credit_transactions",
    "created_at",
    "coalesce(sum(amount) FILTER (WHERE movement = 'grant'), 0) AS issued,"
    " coalesce(-sum(amount) FILTER (WHERE movement = 'consume'), 0) AS used",
    where="movement IN ('grant', 'consume')",
)
# what was used by an agreed overdraft was taken of no grant
OVERDRAWN = _sums("credit_debts", "created_at", "0 AS issued, sum(amount) AS used", where="reason = 'overdraft'")
OPENED = text("""
    SELECT date_bin('1 day', created_at, TIMESTAMPTZ '2000-01-01T00:00Z') AS starts_at, count(*) AS count FROM accounts
    WHERE created_at >= :since AND created_at < :until AND clock_id IS NULL GROUP BY starts_at
""")
ACCOUNTS = text("""
    SELECT count(*) FILTER (WHERE closed_at IS NULL AND suspended_at IS NULL) AS active,
           count(*) FILTER (WHERE closed_at IS NULL AND suspended_at IS NOT NULL) AS suspended,
           count(*) FILTER (WHERE closed_at IS NOT NULL) AS closed
    FROM accounts WHERE clock_id IS NULL
""")
SUBSCRIPTIONS = text(
    "SELECT status, count(*) FROM subscriptions WHERE clock_id IS NULL GROUP BY status ORDER BY status"
)

Sums = dict[datetime, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Figures:
    """By part of the time, and where it is money by currency. What is not there is zero."""

    billed: Sums
    received: Sums
    returned: Sums
    failed: Sums
    failed_minor: Sums
    issued: Mapping[datetime, int]
    used: Mapping[datetime, int]
    opened: Mapping[datetime, int]

    def revenue(self, *parts: datetime) -> list[RevenueView]:
        """Of these parts together."""
        billed, received, returned = (_together(sums, parts) for sums in (self.billed, self.received, self.returned))
        return [
            RevenueView(
                currency=currency, billed_minor=billed.get(currency, 0), received_minor=received.get(currency, 0),
                returned_minor=returned.get(currency, 0),
            )
            for currency in sorted({*billed, *received, *returned})
        ]  # fmt: skip

    def failures(self, *parts: datetime) -> list[FailedPaymentsView]:
        """Of these parts together."""
        counts, minors = _together(self.failed, parts), _together(self.failed_minor, parts)
        return [
            FailedPaymentsView(currency=currency, count=count, amount_minor=minors[currency])
            for currency, count in sorted(counts.items())
        ]

    def credits(self, *parts: datetime) -> CreditFiguresView:
        """Of these parts together."""
        return CreditFiguresView(
            issued=sum(self.issued.get(part, 0) for part in parts), used=sum(self.used.get(part, 0) for part in parts)
        )

    def new_accounts(self, *parts: datetime) -> int:
        """Of these parts together."""
        return sum(self.opened.get(part, 0) for part in parts)


def figures_of(session: Session, since: datetime, until: datetime, by: str) -> Figures:
    """All of `[since, until)`, by day or month."""
    asked = {"since": since, "until": until}

    def part_of(day: datetime) -> datetime:
        return day.astimezone(UTC) if by == "day" else day.astimezone(UTC).replace(day=1)

    def money(*questions: TextClause) -> Sums:
        sums = _nothing()
        for question in questions:
            for row in session.execute(question, asked):
                sums[part_of(row.starts_at)][row.currency] += int(row.minor)
        return sums

    failed, failed_minor = _nothing(), _nothing()
    for row in session.execute(FAILED, asked):
        failed[part_of(row.starts_at)][row.currency] += int(row.tries)
        failed_minor[part_of(row.starts_at)][row.currency] += int(row.minor)
    issued: dict[datetime, int] = defaultdict(int)
    used: dict[datetime, int] = defaultdict(int)
    for row in (*session.execute(MOVED, asked), *session.execute(OVERDRAWN, asked)):
        issued[part_of(row.starts_at)] += int(row.issued)
        used[part_of(row.starts_at)] += int(row.used)
    opened: dict[datetime, int] = defaultdict(int)
    for day, count in session.execute(OPENED, asked):
        opened[part_of(day)] += count
    return Figures(
        billed=money(BILLED, CREDITED), received=money(RECEIVED), returned=money(RETURNED),
        failed=failed, failed_minor=failed_minor, issued=issued, used=used, opened=opened,
    )  # fmt: skip


def _nothing() -> Sums:
    return defaultdict(lambda: defaultdict(int))


def _together(sums: Sums, parts: tuple[datetime, ...]) -> dict[str, int]:
    added: dict[str, int] = defaultdict(int)
    for part in parts:
        for currency, figure in sums.get(part, {}).items():
            added[currency] += figure
    return added
