"""Cards and wallets: listed as they are charged, added on a gateway's page, chosen, tried earlier, and removed."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from billing.cards.queries import list_cards
from billing.outcomes.save_card import save_card
from schemas.facts.customers import CardFact
from schemas.permissions import Role
from tests.billing.subscribers import Books
from tests.gateways.cards_there import save_there
from tests.gateways.sandbox_process import Sandbox
from tests.portal.pressing import carried_out, hidden_fields, press
from tests.portal.running_portal import OURS, Browser
from workers.wiring import Work

METHODS = "/account/payment-methods"
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]
NOW = datetime.now(UTC)


@pytest.fixture
def with_three_cards(subscribers: Books, new_customer: NewCustomer) -> tuple[UUID, list[UUID]]:
    """Two that were saved earlier, and the one that is charged."""
    account_id, cards = new_customer(), []
    for number, last4 in enumerate(("1111", "2222", "4242")):
        card = CardFact("stripe", f"pm_{uuid4().hex}", f"cus_{account_id.hex}", "visa", last4, 12, 2020 + 10 * number)
        with subscribers.database.transaction() as session:
            cards.append(save_card(session, account_id, card, NOW, chosen_at=NOW + timedelta(seconds=number)))
    return account_id, cards


def _order(page: httpx.Response) -> list[str]:
    """The last digits of what is listed, in its order."""
    rows = page.text[page.text.index("<tbody>") : page.text.index("</tbody>")].split("<tr>")[1:]
    return [re.findall(r"</span> (\d{4})</th>", row)[0] for row in rows]


def test_they_are_listed_as_they_are_charged_and_tried_earlier(
    signed_in: NewBrowser, with_three_cards: tuple[UUID, list[UUID]], hands_of_portal: Work
) -> None:
    account_id, (first, second, default) = with_three_cards
    ada = signed_in(account_id)
    page = ada.open(METHODS)
    assert _order(page) == ["4242", "1111", "2222"]
    assert "expired" in page.text, "one was good until 2020"
    assert f"{METHODS}/{default}/default" not in page.text
    wanted = f"{default},{second},{first}"
    assert f'value="{wanted}"' in page.text
    said = press(ada, page, f"{METHODS}/order", card_ids=wanted)
    again = press(ada, page, f"{METHODS}/order", card_ids=wanted)
    assert said.headers["location"] == again.headers["location"], "sent twice it is one operation"
    carried_out(ada, hands_of_portal, said)
    assert _order(ada.open(METHODS)) == ["4242", "2222", "1111"]


def test_one_is_added_on_the_gateways_page(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_at_gateway: Work, portal_sandbox: Sandbox
) -> None:
    ada = signed_in(new_customer())
    page = ada.open(METHODS)
    assert "Nothing is saved yet" in page.text
    done = carried_out(ada, hands_at_gateway, press(ada, page, f"{METHODS}/add"))
    (url,) = re.findall(rf'href="({re.escape(portal_sandbox.address)}[^"]+)" rel="noreferrer"', done.text)
    assert portal_sandbox.pay(html.unescape(url)) == 303
    assert "is shown here as soon as" in ada.open(f"{METHODS}?saved=1").text
    wrong = press(ada, page, f"{METHODS}/add", gateway="NOT <b>")
    assert (wrong.status_code, 'href="#gateway"' in wrong.text, "<b>" in wrong.text) == (422, True, False)
    other = carried_out(
        ada, hands_at_gateway, ada.send(f"{METHODS}/add", {"operation_key": str(uuid4()), "gateway": "nobody"})
    )
    assert "nothing was changed by it" in other.text


def test_one_is_chosen_and_one_is_removed_after_it_was_said_what_is_charged_then(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_at_gateway: Work, portal_sandbox: Sandbox
) -> None:
    account_id = new_customer()
    for name in ("pm_card_visa", "pm_card_mastercard"):
        there = hands_at_gateway.gateway("stripe").saved_methods
        fact = there.fetch_card(card_ref=save_there(there, account_id, name).card_ref)
        assert fact is not None
        with hands_at_gateway.database.transaction() as session:
            save_card(session, account_id, fact, datetime.now(UTC), chosen_at=datetime.now(UTC))
    ada = signed_in(account_id, is_proven=True)
    page = ada.open(METHODS)
    assert _order(page) == ["4444", "4242"]
    with hands_at_gateway.database.transaction() as session:
        visa, mastercard = [each.id for each in list_cards(session, account_id)]
    carried_out(ada, hands_at_gateway, press(ada, page, f"{METHODS}/{visa}/default"))
    assert _order(ada.open(METHODS)) == ["4242", "4444"]
    asked = ada.open(f"{METHODS}/{visa}/remove")
    assert "From then on this one is charged" in asked.text
    assert "4444" in asked.text
    (key,) = re.findall(r'name="operation_key" value="([^"]+)"', asked.text)
    done = carried_out(ada, hands_at_gateway, ada.send(f"{METHODS}/{visa}/remove", {"operation_key": key}))
    assert "This is done" in done.text
    assert _order(ada.open(METHODS)) == ["4444"]
    last = ada.open(f"{METHODS}/{mastercard}/remove")
    assert "It is the last one" in last.text
    assert ada.open(f"{METHODS}/{visa}/remove").status_code == 404


def test_the_last_one_of_a_subscription_goes_only_after_it_was_said(
    signed_in: NewBrowser, new_customer: NewCustomer, subscribers: Books, hands_at_gateway: Work
) -> None:
    account_id = new_customer()
    card_id = subscribers.give_card(account_id, NOW)
    subscribers.subscribe(account_id, NOW)
    subscribers.answer(NOW)
    ada, path = signed_in(account_id, is_proven=True), f"{METHODS}/{card_id}/remove"
    assert "the next invoice cannot be charged" in ada.open(path).text
    refused = carried_out(ada, hands_at_gateway, ada.send(path, {"operation_key": str(uuid4())}))
    assert "Save another one first" in refused.text
    assert _order(ada.open(METHODS)) == ["4242"]
    assert 'name="allow_last" value="yes"' in ada.open(path).text


def test_others_touch_none(
    signed_in: NewBrowser, with_three_cards: tuple[UUID, list[UUID]], new_customer: NewCustomer, browser: NewBrowser
) -> None:
    account_id, (first, *_) = with_three_cards
    fields, one = {"operation_key": str(uuid4())}, f"{METHODS}/{first}"
    stranger, viewer = signed_in(new_customer()), signed_in(account_id, user_id="user_2", role=Role.VIEWER)
    page = viewer.open(METHODS)
    assert page.status_code == 200
    assert "<button" not in page.text[page.text.index("<main") :]
    assert signed_in(account_id, user_id="user_3", role=Role.MEMBER).open(METHODS).status_code == 403
    for path in (f"{one}/default", f"{one}/remove"):
        assert stranger.send(path, fields).status_code == 404
        assert viewer.send(path, fields).status_code == 403
        assert browser().send(path, fields).status_code == 401
        assert signed_in(account_id).send(path, fields, headers={**OURS, "Origin": "null"}).status_code == 403
    assert stranger.open(f"{one}/remove").status_code == 404
    assert viewer.send(f"{METHODS}/add", fields).status_code == 403
    wrong = signed_in(account_id).send(f"{METHODS}/order", {**fields, "card_ids": f"{first},{first}"})
    assert wrong.status_code == 422
    assert hidden_fields(signed_in(account_id).open(METHODS).text, f"{METHODS}/order")["operation_key"]
