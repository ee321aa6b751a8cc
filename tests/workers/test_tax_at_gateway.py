"""Our rate of tax on subscriptions that the gateway runs: on its invoices, and from there in our books."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from billing.accounts.tables import Account
from billing.gateway_run.stage_syncs import stage_syncs_of_country
from billing.invoices.tables import Invoice
from billing.ledger.tables import LedgerAccount, LedgerEntry
from billing.receipts.tables import Receipt
from billing.tax.set_rate import NewRate, set_rate
from database.memory import WorkState
from database.operations import Operation
from schemas.commands.subscriptions import ChangePlan, SyncWithGateway
from tasks import commands
from tests.workers.gateway_run import JANUARY_31, Subscriber, deliver
from workers.wiring import Work

DAY = timedelta(days=1)
FEBRUARY_14, MARCH_1, APRIL_1 = (JANUARY_31 + days * DAY for days in (14, 29, 61))


@pytest.fixture
def german(work: Work, subscriber: Subscriber) -> Subscriber:
    """A customer in a country that taxes 19 %."""
    _set(work, "2025-01-01", 190_000)
    with work.database.transaction() as session:
        session.execute(update(Account).values(country="DE"))
    return subscriber


def test_what_ours_would_bill_is_what_the_gateway_bills(work: Work, german: Subscriber) -> None:
    german.subscribe("growth")
    deliver(work, german.news())
    german.live_until(MARCH_1)
    deliver(work, german.news())
    assert _bills(work) == [(19_900, 3_781, 23_681, "paid")] * 2
    assert _tax_payable(work) == 2 * 3_781
    assert _captured(work) == 2 * 23_681


def test_without_a_rate_nothing_is_taxed(work: Work, subscriber: Subscriber) -> None:
    subscriber.subscribe("growth")
    deliver(work, subscriber.news())
    assert _bills(work) == [(19_900, 0, 19_900, "paid")]
    assert _syncs(work) == 0


def test_a_rate_that_is_known_before_counts_from_its_day_on(work: Work, german: Subscriber) -> None:
    """20 % from 1 March on: the invoice of 28 February is the last at 19 %, that of 31 March the first at 20 %."""
    _set(work, "2025-03-01", 200_000)
    german.subscribe("growth")
    deliver(work, german.news())
    _sync(work)
    german.live_until(MARCH_1)
    deliver(work, german.news())
    assert _sync(work) == 1
    german.live_until(APRIL_1)
    deliver(work, german.news())
    assert [tax for _, tax, _, _ in _bills(work)] == [3_781, 3_781, 3_980]


def test_a_rate_that_is_set_later_reaches_what_runs(work: Work, german: Subscriber) -> None:
    german.subscribe("growth")
    deliver(work, german.news())
    with work.database.transaction() as session:
        assert set_rate(session, NewRate("DE", "VAT", 70_000, date(2025, 2, 1)), None)
        assert stage_syncs_of_country(session, "DE", date(2025, 2, 1), "set") == 1
        assert stage_syncs_of_country(session, "DE", date(2025, 3, 1), "set") == 0, "its next invoice comes before"
        assert stage_syncs_of_country(session, "FR", date(2025, 2, 1), "set") == 0
    assert _sync(work) == 1
    german.live_until(MARCH_1)
    deliver(work, german.news())
    assert [tax for _, tax, _, _ in _bills(work)] == [3_781, 1_393]


def test_a_change_of_plan_is_taxed_by_its_own_day(work: Work, german: Subscriber) -> None:
    """The subscription stands at the rate of its next invoice already; what is billed today is taxed as today."""
    _set(work, "2025-02-20", 200_000)
    german.subscribe("growth")
    deliver(work, german.news())
    assert _sync(work) == 1
    german.live_until(FEBRUARY_14)
    german.command(ChangePlan.model_validate(
        {"subscription_id": german.subscription_id, "plan": {"plan": "scale"}, "when": "now"}
    ))  # fmt: skip
    deliver(work, german.news())
    change = _bills(work)[-1]
    assert change[0] > 0
    assert abs(change[1] - change[0] * 19 // 100) <= 1
    german.live_until(MARCH_1)
    deliver(work, german.news())
    assert _bills(work)[-1] == (29_900, 5_980, 35_880, "paid")


def test_a_change_of_plan_that_the_gateway_refuses_leaves_the_next_invoice_its_rate(
    work: Work, german: Subscriber
) -> None:
    """Somebody has it send invoices there, so no change of it can wait for a card."""
    _set(work, "2025-02-20", 200_000)
    german.subscribe("growth")
    deliver(work, german.news())
    assert _sync(work) == 1
    german.live_until(FEBRUARY_14)
    by_hand = {"collection_method": "send_invoice", "days_until_due": "14"}
    german.sandbox.ask("POST", f"/v1/subscriptions/{german.ref}", **by_hand)
    refused = german.run(ChangePlan.model_validate(
        {"subscription_id": german.subscription_id, "plan": {"plan": "scale"}, "when": "now"}
    ))  # fmt: skip
    assert refused.state is WorkState.REJECTED
    back_again = {"collection_method": "charge_automatically"}
    german.sandbox.ask("POST", f"/v1/subscriptions/{german.ref}", **back_again)
    deliver(work, german.news())
    assert _sync(work) == 0, "what was asked for once is not asked for again"
    german.live_until(MARCH_1)
    deliver(work, german.news())
    assert _bills(work)[-1] == (19_900, 3_980, 23_880, "paid")


def test_what_a_person_has_set_at_the_gateway_stays(work: Work, german: Subscriber) -> None:
    german.subscribe("growth")
    deliver(work, german.news())
    german.stripe._post("/v1/tax_rates", {"display_name": "Own", "percentage": "3", "inclusive": False}, "by hand")
    own = next(iter(german.stripe._all("/v1/tax_rates", {})))["id"]
    german.stripe.set_tax(german.ref, own, idempotency_key="by hand too")
    deliver(work, german.news())
    german.command(SyncWithGateway(subscription_id=german.subscription_id))
    german.live_until(MARCH_1)
    deliver(work, german.news())
    assert _bills(work)[-1] == (19_900, 597, 20_497, "paid")
    assert _syncs(work) == 0


def _set(work: Work, day: str, rate_ppm: int) -> None:
    with work.database.transaction() as session:
        set_rate(session, NewRate("DE", "VAT", rate_ppm, date.fromisoformat(day)), None)


def _bills(work: Work) -> list[tuple[int, int, int, str]]:
    """Net, tax, total and status, oldest first."""
    with work.database.transaction() as session:
        found = session.scalars(select(Invoice).order_by(Invoice.issued_at)).all()
    return [(bill.subtotal_minor, bill.tax_minor, bill.total_minor, bill.status.value) for bill in found]


def _tax_payable(work: Work) -> int:
    owed = select(func.sum(-LedgerEntry.amount_minor)).where(LedgerEntry.ledger_account == LedgerAccount.TAX_PAYABLE)
    with work.database.transaction() as session:
        return int(session.scalar(owed) or 0)


def _captured(work: Work) -> int:
    with work.database.transaction() as session:
        return int(session.scalar(select(func.sum(Receipt.amount_minor))) or 0)


def _waiting_syncs() -> Any:
    return select(Operation.id).where(Operation.caller == "tax", Operation.state == WorkState.READY)


def _syncs(work: Work) -> int:
    with work.database.transaction() as session:
        return len(session.scalars(_waiting_syncs()).all())


def _sync(work: Work) -> int:
    """Do what was staged, as the sweep would; how many."""
    with work.database.transaction() as session:
        waiting = session.scalars(_waiting_syncs()).all()
    for row_id in waiting:
        commands.run(id=row_id)
    with work.database.transaction() as session:
        states = set(session.scalars(select(Operation.state).where(Operation.id.in_(waiting))))
    assert states <= {WorkState.DONE}
    return len(waiting)
