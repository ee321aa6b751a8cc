"""Whatever is bought, changed, given back, refused, contested and decided, in whatever order: everybody agrees.

The books with the gateway, the tax with the papers, and nobody has gained money or credits.
"""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from billing.credit_notes.tables import CreditNote
from billing.credits.tables import CreditGrant
from billing.invoices.tables import Invoice, InvoiceLine, InvoiceStatus, LineKind
from billing.ledger.tables import LedgerAccount, LedgerEntry
from billing.refunds.tables import UsedCredits
from billing.tax.set_rate import NewRate, set_rate
from schemas.facts.reversals import DisputeState
from tests.billing.givers import PLANS, Customer
from tests.billing.standing import publish
from tests.billing.subscribers import Books

Step = tuple[object, ...]
PACKAGES = {"starter": (999, 500), "value": (2_999, 2_000)}
CHEAPEST, DEAREST = (pick(price * 1.2 / credits for price, credits in PACKAGES.values()) for pick in (min, max))
NOT_FORGIVEN = st.sampled_from([UsedCredits.REDUCE, UsedCredits.DEBT])
PLACE, SHARE = st.integers(0, 3), st.floats(0.01, 1)
BUYS = st.tuples(st.just("buy"), st.sampled_from(sorted(PACKAGES)), st.sampled_from([0, 0, 1, 500]))
SUBSCRIBES = st.tuples(st.just("subscribe"), st.sampled_from(sorted(PLANS)))
CHANGES = st.tuples(st.just("change"), st.sampled_from(sorted(PLANS)), st.sampled_from(["now", "period_end"]))
WAITS = st.tuples(st.just("wait"), st.sampled_from([10, 25]))
USES = st.tuples(st.just("use"), SHARE)
PAYS = st.tuples(st.just("pay_owed"))
ASKS = st.tuples(st.just("ask"), PLACE, st.one_of(st.none(), SHARE))
ANSWERS = st.tuples(st.just("answer"), st.sampled_from([False, False, True]))
OF_OTHERS = st.tuples(st.just("give_back_there"), PLACE, SHARE)
SENT_BACK = st.tuples(st.just("send_back"), PLACE)
CREDITS = st.tuples(st.just("credit"), PLACE, SHARE)
OPENED = st.sampled_from([DisputeState.INQUIRY, DisputeState.NEEDS_RESPONSE, DisputeState.LOST, DisputeState.LOST])
OPENS = st.tuples(st.just("dispute"), PLACE, SHARE, OPENED, st.integers(1, 3))
DECIDES = st.tuples(st.just("decide"), PLACE, PLACE)
DECIDE_ALL = st.tuples(st.just("decide_all"), PLACE)
# the books may hear of several steps at once, and of the same ones again
HEARS = st.tuples(st.just("hear"), PLACE)
BUYING = (BUYS, SUBSCRIBES, CHANGES, WAITS, USES)
BACK = (ASKS, ANSWERS, OF_OTHERS, SENT_BACK, CREDITS)
CONTESTED = (OPENS, DECIDES, DECIDE_ALL, HEARS)


def _life(*steps: st.SearchStrategy[Step]) -> st.SearchStrategy[list[Step]]:
    return st.lists(st.one_of(*steps), min_size=3, max_size=14)


def _fuzzed(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def market(books: Books) -> Books:
    """The customers' country has a tax, and there are plans to change between."""
    with books.database.transaction() as session:
        set_rate(session, NewRate("GB", "VAT", 200_000, date(2025, 1, 1)), None)
    for slug, (price, credits) in PLANS.items():
        publish(books, slug, price, credits)
    return books


def _live(customer: Customer, steps: list[Step]) -> None:
    for name, *arguments in steps:
        getattr(customer, str(name))(*arguments)
    customer.settle()
    customer.hear_all()
    customer.hear_all()


def _ask_all_back(customer: Customer) -> None:
    for place in range(len(customer.payments)):
        customer.ask(place, None)
    customer.settle()
    customer.hear_all()


def _paid(customer: Customer) -> int:
    return sum(each.left_minor for each in customer.payments) - customer.kept_minor()


def _stands(customer: Customer, account: LedgerAccount) -> int:
    entries = select(func.sum(LedgerEntry.amount_minor)).where(
        LedgerEntry.account_id == customer.account_id, LedgerEntry.ledger_account == account
    )
    with customer.database.transaction() as session:
        return int(session.scalar(entries) or 0)


@_fuzzed(25)
@given(steps=_life(*BUYING, *BACK, *CONTESTED, PAYS), used=st.sampled_from(UsedCredits))
def test_books_gateway_and_tax_office_say_the_same(market: Books, steps: list[Step], used: UsedCredits) -> None:
    customer = Customer(market, used)
    _live(customer, steps)
    left = sum(paid.left_minor - paid.fees_minor for paid in customer.payments)
    assert _stands(customer, LedgerAccount.GATEWAY_CLEARING) == left
    assert all(paid.left_minor >= 0 for paid in customer.payments), "never more than came"
    assert -_stands(customer, LedgerAccount.TAX_PAYABLE) == _taxed(customer)
    assert market.disorder() == []
    assert customer.is_contested() or not any(grant.is_frozen for grant in _grants(customer))


@_fuzzed(25)
@given(steps=_life(BUYS, BUYS, USES, ASKS, ANSWERS, SENT_BACK, CREDITS, *CONTESTED, PAYS), used=NOT_FORGIVEN)
def test_nobody_gets_credits_for_nothing(market: Books, steps: list[Step], used: UsedCredits) -> None:
    """Where used credits are not refunded, or owed themselves, they are paid for, or owed, or a person is called."""
    customer = Customer(market, used)
    _live(customer, steps)
    _ask_all_back(customer)
    called_for = _stands(customer, LedgerAccount.DISPUTED) + _stands(customer, LedgerAccount.UNEXPLAINED_REVERSALS)
    has_used = customer.used + min(customer.balance(), 0)
    assert _paid(customer) + customer.owed_minor() + called_for >= int(has_used * CHEAPEST) - len(steps)


@_fuzzed(20)
@given(steps=_life(BUYS, ASKS, USES, CREDITS), used=NOT_FORGIVEN)
def test_whoever_contests_nothing_pays_for_what_he_has(market: Books, steps: list[Step], used: UsedCredits) -> None:
    """What was used and what is left cost together what was paid, also where some of it is owed."""
    customer = Customer(market, used)
    _live(customer, steps)
    _ask_all_back(customer)
    got = customer.used + customer.balance()
    assert int(got * CHEAPEST) - len(steps) <= _paid(customer) <= int(got * DEAREST) + 2 * len(steps)


@_fuzzed(15)
@given(steps=_life(BUYS, SUBSCRIBES, USES, OPENS, HEARS))
def test_disputes_that_are_all_won_change_nothing_but_the_fees(market: Books, steps: list[Step]) -> None:
    customer = Customer(market, UsedCredits.REDUCE)
    _live(customer, steps)
    customer.win_all()
    customer.hear_all()
    assert market.disorder() == []
    assert customer.used + customer.balance() == sum(grant.amount for grant in _grants(customer))
    assert {each.status for each in customer.invoices()} <= {InvoiceStatus.PAID}


@_fuzzed(15)
@given(steps=_life(BUYS, BUYS, USES, *CONTESTED, DECIDES, PAYS))
def test_whoever_pays_in_the_end_has_all_that_was_bought(market: Books, steps: list[Step]) -> None:
    """Credits that were taken back with lost money are there again, none of them twice."""
    customer = Customer(market, UsedCredits.REDUCE)
    _live(customer, steps)
    customer.win_all()
    customer.hear_all()
    customer.pay_owed()
    assert customer.used + customer.balance() == sum(grant.amount for grant in _grants(customer))
    assert customer.owed_minor() < 50


def _taxed(customer: Customer) -> int:
    """What invoices say, less what credit notes do; what an invoice gave back beyond its charges was not billed."""
    billed = select(func.sum(InvoiceLine.tax_minor)).join(Invoice, Invoice.id == InvoiceLine.invoice_id)
    billed = billed.where(
        Invoice.account_id == customer.account_id, Invoice.number.is_not(None), InvoiceLine.kind != LineKind.KEPT
    )
    credited = select(func.sum(CreditNote.tax_minor)).where(CreditNote.account_id == customer.account_id)
    with customer.database.transaction() as session:
        return int(session.scalar(billed) or 0) - int(session.scalar(credited) or 0)


def _grants(customer: Customer) -> list[CreditGrant]:
    with customer.database.transaction() as session:
        return list(session.scalars(select(CreditGrant).where(CreditGrant.account_id == customer.account_id)))
