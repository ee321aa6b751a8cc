"""Saved cards: one of them is charged, the network renews them, and who removes the default has none."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.accounts.open import open_account
from billing.accounts.queries import get_customer_ref
from billing.cards.detach import detach_card
from billing.cards.queries import find_card, get_card, get_default_card, list_cards
from billing.cards.tables import Card
from billing.errors import Rejected
from billing.outcomes.change_default import change_default
from billing.outcomes.save_card import save_card
from database.engine import Database
from database.ids import uuid7
from schemas.facts.customers import CardFact
from tests.billing.charges import card
from tests.billing.conftest import ADA, NOON


def _save(database: Database, account_id: UUID, fact: CardFact, make_default: bool = False) -> UUID:
    with database.transaction() as session:
        return save_card(session, account_id, fact, NOON, chosen_at=NOON if make_default else None)


def _default(database: Database, account_id: UUID) -> str | None:
    with database.transaction() as session:
        chargeable = get_default_card(session, account_id)
    return chargeable.card_ref if chargeable else None


def _refs(database: Database, account_id: UUID) -> list[str]:
    with database.transaction() as session:
        return [each.card_ref for each in list_cards(session, account_id)]


def test_a_card_is_charged_only_when_it_is_made_the_default(database: Database, account_id: UUID) -> None:
    _save(database, account_id, card("pm_1"))
    assert _default(database, account_id) is None
    _save(database, account_id, card("pm_2"), make_default=True)
    _save(database, account_id, card("pm_3"), make_default=True)
    assert _default(database, account_id) == "pm_3"
    assert _refs(database, account_id) == ["pm_1", "pm_2", "pm_3"]
    with database.transaction() as session:
        assert get_customer_ref(session, account_id, "stripe") == "cus_ada"


def test_the_network_renews_a_card_and_it_stays_the_default(database: Database, account_id: UUID) -> None:
    card_id = _save(database, account_id, card(exp_year=2026), make_default=True)
    assert _save(database, account_id, card(exp_year=2031)) == card_id
    assert _default(database, account_id) == "pm_card_visa"
    with database.transaction() as session:
        assert get_card(session, account_id, "pm_card_visa").exp_year == 2031


def test_a_card_seen_before_in_the_same_transaction_shows_its_new_date(database: Database, account_id: UUID) -> None:
    _save(database, account_id, card(exp_year=2026))
    with database.transaction() as session:
        known = get_card(session, account_id, "pm_card_visa")
        save_card(session, account_id, card(exp_year=2031), NOON, chosen_at=NOON)
        assert (known.exp_year, known.is_default) == (2031, True)


def test_who_detaches_the_default_has_none_until_another_is_chosen(database: Database, account_id: UUID) -> None:
    other_id = _save(database, account_id, card("pm_other"))
    _save(database, account_id, card("pm_default"), make_default=True)
    with database.transaction() as session:
        assert detach_card(session, "stripe", "pm_default", NOON)
        assert get_default_card(session, account_id) is None
        assert not detach_card(session, "stripe", "pm_default", NOON)
        assert not detach_card(session, "stripe", "pm_never_seen", NOON)
    assert _refs(database, account_id) == ["pm_other"]
    with database.transaction() as session:
        assert change_default(session, account_id, other_id, NOON, chosen_at=NOON)
        assert not change_default(session, account_id, other_id, NOON, chosen_at=NOON)
    assert _default(database, account_id) == "pm_other"


def test_a_detached_card_is_charged_no_more_whatever_is_told_of_it_later(database: Database, account_id: UUID) -> None:
    card_id = _save(database, account_id, card())
    with database.transaction() as session:
        detach_card(session, "stripe", "pm_card_visa", NOON)
    with pytest.raises(Rejected, match="card_not_found"), database.transaction() as session:
        change_default(session, account_id, card_id, NOON, chosen_at=NOON)
    with pytest.raises(Rejected, match="card_detached"):
        _save(database, account_id, card(customer_ref=""))
    with pytest.raises(Rejected, match="card_not_found"):
        _save(database, account_id, card(), make_default=True)
    assert _save(database, account_id, card(exp_year=2040)) == card_id
    assert (_default(database, account_id), _refs(database, account_id)) == (None, [])


def test_a_card_belongs_to_one_account(database: Database, account_id: UUID) -> None:
    card_id = _save(database, account_id, card(), make_default=True)
    with database.transaction() as session:
        stranger = open_account(session, uuid7(), ADA.model_copy(update={"owner": "user-2"}))
    with pytest.raises(Rejected, match="card_of_another_account"):
        _save(database, stranger, card(exp_year=2040), make_default=True)
    with pytest.raises(Rejected, match="card_not_found"), database.transaction() as session:
        change_default(session, stranger, card_id, NOON, chosen_at=NOON)
    with database.transaction() as session:
        known = find_card(session, "stripe", "pm_card_visa")
    assert known is not None
    assert (known.account_id, known.exp_year) == (account_id, 2030)


def test_of_many_who_choose_at_once_one_is_the_last(database: Database, account_id: UUID) -> None:
    ids = [_save(database, account_id, card(f"pm_{number}")) for number in range(8)]

    def choose(card_id: UUID) -> None:
        with database.transaction() as session:
            change_default(session, account_id, card_id, NOON, chosen_at=NOON)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(choose, ids * 3))
    with database.transaction() as session:
        assert len(session.scalars(select(Card.id).where(Card.is_default)).all()) == 1
