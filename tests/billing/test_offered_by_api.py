"""Ways to pay are decided by commands; where the money goes takes two people."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.payment_methods.queries import list_offered
from billing.payment_methods.tables import PaymentMethodConfig
from database.engine import Database
from database.migrate import upgrade
from tests.billing.deciders import Deciders
from tests.logins import urls_of
from workers.wiring import Work

IBAN = "DE89370400440532013000"


@pytest.fixture
def offerers(hands: Work, database: Database, books_of_owner: Database, database_url: str) -> Deciders:
    """Mo and Jo, who decide about it; workers have no more rights to it than anywhere else."""
    upgrade(urls_of(database_url))
    return Deciders(hands, books_of_owner)


def _said(offerers: Deciders, kind: str, **body: Any) -> dict[str, Any]:
    row = offerers.row(offerers.say("mo", kind, **body))
    assert row.result is not None, row.problem
    return row.result


def _offered(offerers: Deciders, country: str) -> list[str]:
    with offerers.work.database.transaction() as session:
        return [config.method for config in list_offered(session, country)]


def test_a_country_is_offered_what_was_decided_in_its_order(offerers: Deciders) -> None:
    _said(offerers, "offer_payment_method", country="NZ", method="stripe", display_name="Card", sort_order=2)
    transfer = _said(offerers, "offer_payment_method", country="NZ", method="bank_transfer", sort_order=1)
    assert (transfer["display_name"], transfer["enabled"]) == ("Bank transfer", True)
    assert _offered(offerers, "NZ") == ["bank_transfer", "stripe"]

    changed = _said(
        offerers, "update_offered_method", offered_method_id=transfer["id"], enabled=False, currencies=["NZD"]
    )
    assert (changed["enabled"], changed["currencies"], changed["sort_order"]) == (False, ["NZD"], 1)
    assert _offered(offerers, "NZ") == ["stripe"]

    assert _said(offerers, "reset_payment_methods", country="NZ")["data"] == []
    with offerers.work.database.transaction() as session:
        assert session.scalars(select(PaymentMethodConfig).where(PaymentMethodConfig.country == "NZ")).all() == []


def test_where_the_money_goes_takes_two_people(offerers: Deciders) -> None:
    account = {"iban": IBAN, "account_name": "Cashbeat GmbH"}
    wanted = offerers.say("mo", "offer_payment_method", country="DE", method="bank_transfer", **account)
    assert offerers.outcome(wanted) == "awaiting_approval"
    shown = offerers.shown(wanted)
    assert (shown.amount, shown.unit) == (1, "accounts")
    assert shown.effect["iban"] == IBAN
    assert _offered(offerers, "DE") == []
    assert offerers.approve("mo again", wanted) == "same_approver"
    assert offerers.approve("jo", wanted) == "done"
    assert _offered(offerers, "DE") == ["bank_transfer"]

    config_id = (offerers.row(wanted).result or {})["id"]
    renamed = offerers.say("mo", "update_offered_method", offered_method_id=config_id, display_name="Transfer")
    assert offerers.outcome(renamed) == "done"
    moved = offerers.say("mo", "update_offered_method", offered_method_id=config_id, iban="FR1420041010050500013M02606")
    assert offerers.outcome(moved) == "awaiting_approval"


def test_what_does_not_go_together_is_refused(offerers: Deciders) -> None:
    for kind, body, word in (
        ("offer_payment_method", {"country": "NZ", "method": "barter"}, "gateway_unknown"),
        ("offer_payment_method", {"country": "NZ", "method": "local_wallet"}, "details_misfit"),
        ("offer_payment_method", {"country": "NZ", "method": "stripe", "iban": IBAN}, "details_misfit"),
        ("offer_payment_method", {"country": "ZZ", "method": "stripe"}, "command_invalid"),
        ("offer_payment_method", {"country": "NZ", "method": "bank_transfer", "iban": "DE00"}, "command_invalid"),
        ("update_offered_method", {"offered_method_id": str(uuid4())}, "offered_method_not_found"),
    ):
        assert offerers.outcome(offerers.say("mo", kind, **body)) == word, body
