"""What a country is offered: its own ways to pay, or those of the rest of the world."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from billing.accounts.open import open_account
from billing.accounts.tables import Account
from billing.catalog.amount_rules import declare_amount_rules, gateways_without
from billing.clocks.wall import Wall
from billing.credits.queries import view_balance
from billing.errors import Rejected
from billing.invoices.tables import InvoiceStatus
from billing.money import AmountRule
from billing.payment_methods.check_offered import check_offered
from billing.payment_methods.queries import configs_for, find_offered, list_configs
from billing.payment_methods.reset_country import reset_country
from billing.payment_methods.rules import decided_for, is_refused, offered_in
from billing.payment_methods.seed import FirstOffer, seed_methods
from billing.payment_methods.set_method import set_method
from billing.payment_methods.tables import PaymentMethodConfig
from billing.payment_methods.views import show_offered
from billing.payments.intend_page import intend_page
from billing.top_ups.set import set_top_up
from billing.usage.consume import consume_credits
from database.engine import Database
from database.ids import uuid7
from schemas.commands.accounts import OpenAccount
from schemas.commands.payments import PayInvoice
from tests.billing.charges import issue
from tests.billing.conftest import ADA
from tests.billing.subscribers import Books, utc

IBAN = "DE89370400440532013000"
FIRST = [
    FirstOffer("US", "stripe", "Card", enabled=True),
    FirstOffer("US", "paypal", "PayPal", enabled=False),
    FirstOffer("rest", "stripe", "Card", enabled=True),
]
COUNTRIES, METHODS = ["DE", "US", "KE", "rest"], ["stripe", "paypal", "bank_transfer"]


def _offered(database: Database, country: str, currency: str | None = None) -> list[str]:
    with database.transaction() as session:
        return [config.method for config in offered_in(configs_for(session, country), country, currency)]


def _set(database: Database, country: str, method: str, **changes: object) -> UUID:
    with database.transaction() as session:
        return set_method(session, country, method, changes).id


def test_a_country_pays_as_the_rest_of_the_world_until_it_has_methods_of_its_own(bare_database: Database) -> None:
    with bare_database.transaction() as session:
        seed_methods(session, FIRST)
    assert _offered(bare_database, "US") == ["stripe", "bank_transfer"]  # the third is ready, and not connected
    assert _offered(bare_database, "DE") == ["stripe", "bank_transfer"]

    _set(bare_database, "DE", "bank_transfer", iban=IBAN, account_name="Example SaaS Inc.", currencies=["EUR"])
    assert _offered(bare_database, "DE") == ["bank_transfer"]
    assert (_offered(bare_database, "DE", "EUR"), _offered(bare_database, "DE", "USD")) == (["bank_transfer"], [])
    assert _offered(bare_database, "AT", "USD") == ["stripe", "bank_transfer"]


def _living_in(country: str) -> OpenAccount:
    there = ADA.billing_address.model_copy(update={"country": country})
    return ADA.model_copy(update={"billing_address": there, "tax_id": ""})


def test_what_a_gateway_does_not_take_is_offered_nowhere_whatever_was_decided(
    bare_database: Database,
) -> None:
    with bare_database.transaction() as session:
        declare_amount_rules(session, "paypal", {"USD": AmountRule(), "EUR": AmountRule()})
        seed_methods(session, [offer._replace(enabled=True) for offer in FIRST])
        shown = {currency: show_offered(session, "US", currency) or [] for currency in (None, "USD", "KWD")}
        assert {currency: [each.method for each in offered] for currency, offered in shown.items()} == {
            None: ["stripe", "paypal", "bank_transfer"],
            "USD": ["stripe", "paypal", "bank_transfer"],
            "KWD": ["stripe", "bank_transfer"],
        }
        payer = session.get_one(Account, open_account(session, uuid7(), _living_in("US")))
        check_offered(session, payer, "paypal", "USD")
        check_offered(session, payer, None, "KWD")
        with pytest.raises(Rejected, match="method_not_offered"):
            check_offered(session, payer, "paypal", "KWD")
        elsewhere = session.get_one(Account, open_account(session, uuid7(), _living_in("KE")))
        reset_country(session, "rest")
        check_offered(session, elsewhere, "paypal", "USD")
        with pytest.raises(Rejected, match="method_not_offered"):
            check_offered(session, elsewhere, "paypal", "KWD")


def test_a_gateway_that_states_no_amounts_takes_every_currency(bare_database: Database) -> None:
    with bare_database.transaction() as session:
        declare_amount_rules(session, "paypal", {"USD": AmountRule()})
        assert gateways_without(session, "KWD") == {"paypal"}
        assert gateways_without(session, "USD") == gateways_without(session, None) == frozenset()
        set_method(session, "KW", "another", {"currencies": ["KWD"]})
        with pytest.raises(Rejected, match=r"details_misfit: paypal takes no KWD, BHD\."):
            set_method(session, "KW", "paypal", {"currencies": ["USD", "KWD", "BHD"]})


def test_what_an_operator_has_set_outlives_the_next_seed(bare_database: Database) -> None:
    with bare_database.transaction() as session:
        seed_methods(session, FIRST)
    _set(bare_database, "US", "stripe", enabled=False)
    _set(bare_database, "US", "paypal", enabled=True, sort_order=9)
    with bare_database.transaction() as session:
        seed_methods(session, FIRST)
        assert len(list_configs(session)) == 5
    assert _offered(bare_database, "US") == ["bank_transfer", "paypal"]


def test_what_is_not_said_stays_as_it_was(bare_database: Database) -> None:
    first = _set(bare_database, "DE", "bank_transfer", iban=IBAN, account_name="Example SaaS Inc.")
    assert _set(bare_database, "DE", "bank_transfer", display_name="Überweisung") == first
    with bare_database.transaction() as session:
        (config,) = list_configs(session)
        assert (config.display_name, config.iban, config.sort_order) == ("Überweisung", IBAN, 1)


@pytest.mark.parametrize(
    ("method", "changes"),
    [
        ("stripe", {"iban": IBAN, "account_name": "Example SaaS Inc."}),
        ("bank_transfer", {"wallet_kind": "M-PESA", "wallet_id": "254700000000"}),
        ("local_wallet", {"wallet_kind": "M-PESA"}),
        ("local_wallet", {}),
        ("bank_transfer", {"iban": IBAN}),
        ("bank_transfer", {"account_name": "Example SaaS Inc."}),
        ("bank_transfer", {"bic": "COBADEFFXXX"}),
    ],
)
def test_details_go_with_their_method(bare_database: Database, method: str, changes: dict[str, object]) -> None:
    with pytest.raises(Rejected, match="details_misfit"):
        _set(bare_database, "KE", method, **changes)
    assert _offered(bare_database, "KE") == []
    row = PaymentMethodConfig(
        id=uuid7(), country="KE", method=method, display_name="x", sort_order=1, enabled=True, **changes
    )
    with pytest.raises(IntegrityError), bare_database.transaction() as session:  # and so says the table
        session.add(row)


def test_a_wallet_that_is_not_offered_yet_may_lack_its_number(bare_database: Database) -> None:
    _set(bare_database, "KE", "local_wallet", enabled=False)
    assert _offered(bare_database, "KE") == []
    _set(bare_database, "KE", "local_wallet", enabled=True, wallet_kind="M-PESA", wallet_id="254700000000")
    assert _offered(bare_database, "KE") == ["local_wallet"]


def test_two_who_set_at_once_wait_for_each_other(bare_database: Database) -> None:
    with ThreadPoolExecutor(1) as pool:
        with bare_database.transaction() as session:
            set_method(session, "DE", "stripe", {"sort_order": 7})
            other = pool.submit(_set, bare_database, "DE", "stripe", display_name="Karte")
            time.sleep(0.3)
        other.result()
    with bare_database.transaction() as session:
        (config,) = list_configs(session)
        assert (config.sort_order, config.display_name) == (7, "Karte")


def test_what_is_told_of_a_way_to_pay_is_that_of_its_country_and_currency(bare_database: Database) -> None:
    _set(bare_database, "rest", "bank_transfer", instructions="Name the invoice.")
    _set(bare_database, "DE", "bank_transfer", iban=IBAN, account_name="Example SaaS Inc.", currencies=["EUR"])
    with bare_database.transaction() as session:
        told = {
            place: find_offered(session, place, "bank_transfer", currency)
            for place, currency in (("DE", "EUR"), ("AT", "EUR"))
        }
        assert {place: (each.iban, each.instructions) for place, each in told.items() if each} == {
            "DE": (IBAN, ""), "AT": ("", "Name the invoice."),
        }  # fmt: skip
        assert find_offered(session, "DE", "bank_transfer", "USD") is None
        assert find_offered(session, "DE", "stripe", "EUR") is None


def test_a_country_goes_back_to_the_ways_of_the_rest_of_the_world(bare_database: Database) -> None:
    with bare_database.transaction() as session:
        seed_methods(session, FIRST)
    _set(bare_database, "US", "bank_transfer", enabled=False)
    with bare_database.transaction() as session:
        assert {config.method for config in reset_country(session, "US")} == {"stripe", "paypal", "bank_transfer"}
        assert reset_country(session, "US") == []
        seed_methods(session, FIRST)  # as at the next start
        assert {config.country for config in list_configs(session)} == {"rest"}
    assert _offered(bare_database, "US") == ["stripe", "bank_transfer"]


def test_what_runs_goes_on_where_cards_are_offered_no_more(books: Books, ada: UUID) -> None:
    """A renewal and a purchase by itself are charged as they were agreed; nothing new begins."""
    january, february = utc("2026-01-15 10:00"), utc("2026-02-15 10:00")
    books.subscribe(ada, january)
    books.answer(january)
    with books.database.transaction() as session:
        set_top_up(session, ada, "value", 100, 3, january)
    _set(books.database, "US", "bank_transfer")
    with pytest.raises(Rejected, match="method_not_offered"):
        books.subscribe(ada, january, plan="growth")
    with pytest.raises(Rejected, match="method_not_offered"), books.database.transaction() as session:
        set_top_up(session, ada, "value", 200, 3, january)

    books.come_due(february)
    books.answer(february)
    with books.database.transaction() as session:
        consume_credits(session, ada, view_balance(session, ada, february).balance, "campaign/1", "", february)
    books.answer(february)
    reasons = [(invoice.reason, invoice.status) for invoice in books.invoices(ada)]
    assert reasons == [(reason, InvoiceStatus.PAID) for reason in ("start", "renewal", "top_up")]


rows = st.lists(
    st.tuples(
        st.sampled_from(COUNTRIES), st.sampled_from(METHODS), st.booleans(), st.sampled_from([(), ("EUR",), ("USD",)]),
        st.integers(1, 3),
    ),
    unique_by=lambda row: row[:2],
)  # fmt: skip


@given(rows=rows, country=st.sampled_from(COUNTRIES[:3]), method=st.sampled_from(METHODS))
def test_one_pays_with_what_is_offered_and_with_nothing_else(
    rows: list[tuple[str, str, bool, tuple[str, ...], int]], country: str, method: str
) -> None:
    configs = [
        PaymentMethodConfig(country=place, method=name, enabled=enabled, currencies=list(currencies), sort_order=order)
        for place, name, enabled, currencies, order in rows
    ]
    decided = decided_for(configs, country)
    assert len({config.country for config in decided}) <= 1
    assert not (any(config.country == country for config in configs) and any(c.country == "rest" for c in decided))
    for currency in (None, "EUR", "USD"):
        offered = offered_in(configs, country, currency)
        assert all(config.enabled for config in offered)
        assert [config.sort_order for config in offered] == sorted(config.sort_order for config in offered)
        names = [config.method for config in offered]
        assert is_refused(configs, country, method, currency) == (bool(decided) and method not in names)
        gateways = [name for name in names if name != "bank_transfer"]
        assert is_refused(configs, country, None, currency) == (bool(decided) and not gateways)


def test_no_page_is_begun_for_what_its_gateway_cannot_be_asked_for(books: Books, ada: UUID) -> None:
    """As what a transfer has left of an invoice in a currency that is taken in whole units alone."""
    invoice_id = issue(books.database, ada, utc("2026-03-01"), 2_950)
    urls = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
    command, wall = PayInvoice.model_validate({"invoice_id": invoice_id, **urls}), Wall(utc("2026-03-02"))
    with books.database.transaction() as session:
        declare_amount_rules(session, "paypal", {"USD": AmountRule(step=100)})
        for gateway in ("paypal", "stripe"):
            set_method(session, "GB", gateway, {})
        with pytest.raises(Rejected, match="amount_too_fine"):
            intend_page(session, "operation/1", command, "paypal", wall)
        assert intend_page(session, "operation/2", command, "stripe", wall).amount_minor == 2_950
