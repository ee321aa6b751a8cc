"""A country's tax is a line of half-open stretches, and no invoice that was issued is contradicted."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.clocks.tables import TestClock as Clock
from billing.cycle.start.create import create_subscription
from billing.errors import Rejected
from billing.invoices.queries import last_taxed_day
from billing.invoices.tables import Invoice
from billing.tax.queries import decide_tax, list_rates
from billing.tax.set_rate import NewRate, set_rate
from billing.tax.tables import TaxRate
from database.engine import Database
from database.ids import uuid7
from schemas.commands.subscriptions import CreateSubscription, PlanChoice

JULY, JANUARY = date(2026, 7, 1), date(2027, 1, 1)
DAYS = st.integers(0, 40).map(lambda days: JULY + timedelta(days=days))
FROM_NOTHING = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def table(database: Database) -> Iterator[Session]:
    """One transaction that is rolled back."""
    with Session(database.engine, autoflush=False) as opened:
        yield opened


def test_a_rate_counts_from_its_day_until_the_next_one(table: Session) -> None:
    _set(table, JULY, 190_000)
    _set(table, JANUARY, 200_000)
    _set(table, date(2026, 9, 1), 160_000)
    assert [(rate.valid_from, rate.valid_until, rate.rate_ppm) for rate in list_rates(table, "DE")] == [
        (JULY, date(2026, 9, 1), 190_000), (date(2026, 9, 1), JANUARY, 160_000), (JANUARY, None, 200_000),
    ]  # fmt: skip
    on = {day: decide_tax(table, "DE", day).rate_ppm for day in (date(2026, 6, 30), JULY, date(2026, 8, 31), JANUARY)}
    assert list(on.values()) == [0, 190_000, 190_000, 200_000]


def test_the_same_once_more_changes_nothing_and_a_correction_of_the_same_day_does(table: Session) -> None:
    assert _set(table, JULY, 190_000)
    assert not _set(table, JULY, 190_000, last_taxed=JANUARY)
    assert _set(table, JULY, 70_000)
    assert [rate.rate_ppm for rate in list_rates(table)] == [70_000]


@FROM_NOTHING
@given(changes=st.lists(st.tuples(DAYS, st.sampled_from([0, 70_000, 190_000])), max_size=8))
def test_on_each_day_counts_what_was_set_for_it_last(table: Session, changes: list[tuple[date, int]]) -> None:
    table.execute(delete(TaxRate))
    wanted: dict[date, int] = {}
    for day, rate_ppm in changes:
        _set(table, day, rate_ppm)
        wanted[day] = rate_ppm
    rates = list_rates(table, "DE")
    assert [rate.valid_from for rate in rates] == sorted(wanted)
    assert [rate.valid_until for rate in rates[:-1]] == [rate.valid_from for rate in rates[1:]]
    for day in (JULY + timedelta(days=days) for days in range(-1, 42)):
        begun = [begin for begin in wanted if begin <= day]
        assert decide_tax(table, "DE", day).rate_ppm == (wanted[max(begun)] if begun else 0)


def test_what_invoices_were_issued_with_stays(table: Session, account_id: UUID) -> None:
    """The first invoice was issued on the first of July, untaxed; a tax from then on would call it wrong."""
    _issue(table, account_id, datetime(2026, 7, 1, 10, tzinfo=UTC))
    assert last_taxed_day(table, "GB") == JULY
    assert last_taxed_day(table, "DE") is None
    for day in (JULY, date(2026, 6, 1)):
        with pytest.raises(Rejected, match="tax_contradicts_invoices"):
            set_rate(table, NewRate("GB", "VAT", 200_000, day), last_taxed_day(table, "GB"))
    assert set_rate(table, NewRate("GB", "VAT", 200_000, date(2026, 7, 2)), last_taxed_day(table, "GB"))


def test_what_was_tried_out_on_a_test_clock_binds_nobody(table: Session, account_id: UUID) -> None:
    later = datetime(2031, 1, 1, tzinfo=UTC)
    clock = Clock(id=uuid7(), name="far", frozen_at=later, target_at=later)
    table.add(clock)
    table.flush()
    table.execute(update(Account).where(Account.id == account_id).values(clock_id=clock.id))
    _issue(table, account_id, later)
    assert last_taxed_day(table, "GB") is None


def _set(table: Session, day: date, rate_ppm: int, last_taxed: date | None = None) -> bool:
    return set_rate(table, NewRate("DE", "VAT", rate_ppm, day), last_taxed)


def _issue(table: Session, account_id: UUID, now: datetime) -> None:
    command = CreateSubscription(account_id=account_id, plan=PlanChoice(plan="growth"), pay_by="transfer")
    create_subscription(table, uuid7(), command, now)
    table.flush()
    assert table.scalars(select(Invoice)).one().number
