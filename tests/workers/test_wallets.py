"""A wallet is charged for renewals as a card is: by itself, or when the card is refused for good, and the other way."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from billing.cards.views import show_cards
from billing.dunning.tables import Dunning, DunningState
from billing.invoices.tables import InvoiceStatus
from billing.outcomes.change_default import change_default
from billing.outcomes.save_card import save_card
from calls.hear_card import record_card
from database.engine import Database
from database.memory import WorkState
from gateways.registry import VENDORS
from schemas.commands import RemovePaymentMethod, SetDefaultPaymentMethod
from tests.toy_vendor.office import opened
from tests.toy_wallet import vendor
from tests.toy_wallet.office import Wallet, WalletOffice
from tests.workers.owing import Dunned
from workers.wiring import Work

PRICE = 9_900


@pytest.fixture
def purses(monkeypatch: pytest.MonkeyPatch) -> Iterator[WalletOffice]:
    """A second vendor, that keeps wallets."""
    monkeypatch.setitem(VENDORS, "purse", "tests.toy_wallet")
    with opened(WalletOffice()) as office:
        monkeypatch.setattr(vendor, "address", office.url)
        yield office


@pytest.fixture
def wallet(work: Work, purses: WalletOffice, debtor: Dunned) -> UUID:
    """Of somebody whose card was declined for a renewal a moment ago."""
    purses.wallets["purse-1"] = Wallet(f"owner-{debtor.account_id}", "a***@example.com")
    fact = work.gateway("purse").saved_methods.fetch_card(card_ref="purse-1")
    assert fact is not None
    with work.database.transaction() as session:
        return save_card(session, debtor.account_id, fact, False, work.wall().at)


def test_a_card_that_is_refused_for_good_has_the_wallet_pay(debtor: Dunned, wallet: UUID, purses: WalletOffice) -> None:
    debtor.card_declines("stolen_card")
    debtor.sweep(2)
    debtor.do("charge")
    assert (debtor.attempts()[-1].card_id, debtor.attempts()[-1].gateway) == (wallet, "purse")
    debtor.do("charge")
    assert (debtor.invoice().status, debtor.dunning().state) == (InvoiceStatus.PAID, DunningState.RECOVERED)
    assert (debtor.taken(), purses.taken()) == ([PRICE], [PRICE]), "the first month, and this one"


def test_a_decline_that_may_pass_leaves_the_wallet_alone(debtor: Dunned, wallet: UUID, purses: WalletOffice) -> None:
    debtor.sweep(2)
    debtor.do("charge")
    assert debtor.invoice().status is InvoiceStatus.PENDING
    assert purses.charges == {}


def test_under_a_policy_without_other_methods_the_wallet_is_left_alone(
    debtor: Dunned, wallet: UUID, purses: WalletOffice, books_of_owner: Database
) -> None:
    """A dunning goes by the policy as it was when it began."""
    with books_of_owner.transaction() as session:
        dunning = session.get_one(Dunning, debtor.invoice_id)
        dunning.policy = {**dunning.policy, "tries_other_cards": False}
    debtor.card_declines("stolen_card")
    debtor.sweep(2)
    debtor.do("charge")
    assert debtor.invoice().status is InvoiceStatus.PENDING
    assert purses.charges == {}


def test_a_wallet_that_is_refused_for_good_has_the_card_pay(
    work: Work, debtor: Dunned, wallet: UUID, purses: WalletOffice
) -> None:
    """At the next planned try: the card had been tried before, and may pay later."""
    purses.wallets["purse-1"].decline = "invalid_account"
    with work.database.transaction() as session:
        change_default(session, debtor.account_id, wallet, work.wall().at)
    debtor.do("charge")
    debtor.card_declines(None)
    debtor.sweep(4)
    debtor.do("charge")
    assert [(each.gateway, each.status.value) for each in debtor.attempts()] == [
        ("stripe", "failed"), ("purse", "failed"), ("stripe", "captured"),
    ]  # fmt: skip
    assert (debtor.invoice().status, debtor.taken(), purses.taken()) == (InvoiceStatus.PAID, [PRICE, PRICE], [])


def test_a_wallet_that_is_named_is_charged_at_once_for_what_waits(
    debtor: Dunned, wallet: UUID, purses: WalletOffice
) -> None:
    named = debtor.command(SetDefaultPaymentMethod(card_id=wallet))
    assert named.state is WorkState.DONE, named.problem
    debtor.do("charge")
    assert (debtor.invoice().status, purses.taken()) == (InvoiceStatus.PAID, [PRICE])


def test_a_wallet_is_removed_here_and_there(debtor: Dunned, wallet: UUID, purses: WalletOffice) -> None:
    removed = debtor.command(RemovePaymentMethod(card_id=wallet))
    assert removed.state is WorkState.DONE, removed.problem
    assert purses.wallets == {}
    debtor.card_declines("stolen_card")
    debtor.sweep(2)
    debtor.do("charge")
    assert (debtor.invoice().status, purses.charges) == (InvoiceStatus.PENDING, {})


def test_a_wallet_that_its_vendor_has_forgotten_is_charged_no_more(
    work: Work, debtor: Dunned, wallet: UUID, purses: WalletOffice
) -> None:
    purses.wallets.clear()
    fact = work.gateway("purse").saved_methods.fetch_card(card_ref="purse-1")
    assert fact is not None
    with work.database.transaction() as session:
        record_card(session, fact, None, chosen=False, wall=work.wall())
        assert [each.kind for each in show_cards(session, debtor.account_id).data] == ["card"]


def test_a_wallet_is_shown_by_its_holder_and_does_not_expire(work: Work, debtor: Dunned, wallet: UUID) -> None:
    with work.database.transaction() as session:
        shown = show_cards(session, debtor.account_id).data[-1]
    assert (shown.id, shown.kind, shown.brand, shown.holder) == (wallet, "wallet", "Purse", "a***@example.com")
    assert (shown.last4, shown.exp_month, shown.exp_year) == ("", None, None)
