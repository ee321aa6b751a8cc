"""Back, and pressed again: what moves money or ends something is done once, however often its page is drawn."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from unittest.mock import MagicMock
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.cards.queries import list_cards
from billing.payment_methods.tables import PaymentMethodConfig
from database.ids import uuid7
from portal.account.every import OF_ACCOUNT
from tests.billing.subscribers import Books
from tests.billing.teams import MONDAY, Team
from tests.portal.pressing import carried_out, hidden_fields
from tests.portal.running_portal import Browser
from workers.wiring import Work

NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]
SUBSCRIPTION, MEMBER = "/account/billing/{subscription}", "/account/team/members/{member}"
BUY, SETTINGS, TEAM = "/account/credits/purchase", "/account/settings", "/account/team"
# where each form is sent that is done once: the page that has it, and what is typed there
ONCE: Mapping[str, tuple[str, dict[str, str]]] = {
    f"{BUY}/value": (f"{BUY}/value", {"method": "saved"}),
    "/account/credits/top-up": (
        "/account/credits", {"package": "value", "top_up_below": "100", "monthly_max": "2"},
    ),
    "/account/invoices/{invoice}/pay": ("/account/invoices/{invoice}", {"gateway": "stripe"}),
    "/account/invoices/{invoice}/transfer": ("/account/invoices/{invoice}", {"method": "bank_transfer"}),
    f"{SUBSCRIPTION}/change": (f"{SUBSCRIPTION}/change?plan=scale&interval=month", {}),
    f"{SUBSCRIPTION}/cancel": (f"{SUBSCRIPTION}/cancel", {}),
    "/account/payment-methods/{card}/remove": ("/account/payment-methods/{card}/remove", {}),
    f"{MEMBER}/remove": (f"{MEMBER}/remove", {}),
    f"{TEAM}/transfer": (f"{TEAM}/transfer", {"member_id": "{member}"}),
    f"{TEAM}/leave": (f"{TEAM}/leave", {}),
    f"{SETTINGS}/delete": (f"{SETTINGS}/delete", {"confirm_name": "Acme Corp"}),
}  # fmt: skip
# These say how something is to be from now on, or send a mail that is counted: said twice it is so once.
AS_IT_IS_TO_BE = {
    f"{SUBSCRIPTION}/keep", f"{SUBSCRIPTION}/stay", "/account/credits/top-up/end", "/account/credits/warning",
    "/account/payment-methods/add", "/account/payment-methods/order", "/account/payment-methods/{card}/default",
    f"{TEAM}/invite", f"{TEAM}/invitations/{{invitation}}/resend", f"{TEAM}/invitations/{{invitation}}/cancel", MEMBER,
    f"{SETTINGS}/email/resend", f"{SETTINGS}/email/keep", f"{SETTINGS}/address", f"{SETTINGS}/email",
    f"{SETTINGS}/recipients", f"{SETTINGS}/preferences", f"{SETTINGS}/export",
}  # fmt: skip


@pytest.fixture
def two_ways_to_pay(books_of_portal: Session) -> None:
    """In the Netherlands one pays by card, and by transfer."""
    bank = {"account_name": "Engine Ltd", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}
    for method, more in (("stripe", {}), ("bank_transfer", bank)):
        row = {"id": uuid7(), "country": "NL", "method": method, "display_name": method, "sort_order": 1, **more}
        added = insert(PaymentMethodConfig).values(row)
        books_of_portal.execute(added.on_conflict_do_nothing(index_elements=["country", "method"]))


@pytest.fixture
def things(subscribers: Books, new_customer: NewCustomer, two_ways_to_pay: None) -> dict[str, UUID]:
    """An account with a plan, a card, a team and an open invoice, and what it has by its name in an address."""
    account_id, began = new_customer(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    subscribers.give_card(account_id, began)
    subscription_id = subscribers.subscribe(account_id, began, "growth")
    subscribers.answer(began)
    team = Team(subscribers.database, account_id, 10)
    # an hour has room for five mails to an address
    team.invite(f"{account_id.hex}@acme.example", "admin", by=None, at=MONDAY)
    team.accept(team.token(), "user_bea", name="Bea")
    bea = team.member("user_bea")
    assert bea is not None
    with subscribers.database.transaction() as session:
        (card,) = list_cards(session, account_id)
    open_one = new_customer(country="NL")
    subscribers.give_card(open_one, began)
    subscribers.subscribe(open_one, began)
    subscribers.answer(began, "insufficient_funds")
    (invoice,) = subscribers.invoices(open_one)
    return {
        "account": account_id, "owes": open_one, "subscription": subscription_id, "member": bea.id, "card": card.id,
        "invoice": invoice.id,
    }  # fmt: skip


def _shape(path: str) -> str:
    return re.sub(r"{[^}]*}", "{}", path)


def test_of_every_form_it_is_decided_whether_it_is_done_once() -> None:
    routes = [route for page in OF_ACCOUNT for route in page(MagicMock()).routes() if "POST" in (route.methods or ())]
    decided = {_shape(path) for path in (*ONCE, *AS_IT_IS_TO_BE)}
    assert {_shape(route.path) for route in routes} == {path.replace("/value", "/{}") for path in decided}


@pytest.mark.parametrize("path", ONCE)
def test_back_and_pressed_again_it_is_one_operation(
    path: str, signed_in: NewBrowser, things: dict[str, UUID], books_of_portal: Session
) -> None:
    page, typed = ONCE[path]
    action, said = path.format(**things), {name: value.format(**things) for name, value in typed.items()}
    whose = things["owes" if "invoice" in path else "account"]
    ada = signed_in(whose, user_id="user_bea" if path.endswith("/leave") else "user_1", is_proven=True)
    first = ada.open(page.format(**things))
    again = ada.open(str(first.url))
    forms = [{**_form_of(each.text, action), **said} for each in (first, again)]
    assert forms[0]["operation_key"] == forms[1]["operation_key"], "loaded again it is the same form"
    answers = [ada.send(action, form) for form in (*forms, *forms)]
    # one that was quoted at another second is refused rather than taken for the same
    assert {answer.status_code for answer in answers} <= {303, 409}
    sent = {answer.headers["location"] for answer in answers if answer.status_code == 303}
    assert len(sent) == 1
    back = ada.open(str(first.url))
    assert "You have sent this form already" in back.text
    assert sent.pop() in back.text
    assert forms[0]["operation_key"] not in _keys(back.text), "there is no button of it any more"
    counted = text("SELECT count(*) FROM operations WHERE caller LIKE :caller")
    assert books_of_portal.scalar(counted, {"caller": f"user/{whose}/%"}) == 1
    other = ada.open(page.format(**things))
    assert _form_of(other.text, action)["operation_key"] != forms[0]["operation_key"], "who comes anew may"


def test_what_was_refused_may_be_begun_anew_and_a_broken_key_is_none(
    signed_in: NewBrowser, things: dict[str, UUID], hands_of_portal: Work
) -> None:
    ada = signed_in(things["account"])
    page = ada.open(f"{BUY}/value")
    said = ada.send(f"{BUY}/value", {**hidden_fields(page.text, ""), "method": "saved", "total_minor": "1"})
    assert "is not what it would cost now" in carried_out(ada, hands_of_portal, said).text
    back = ada.open(str(page.url))
    assert f'href="{BUY}/value">Begin anew' in back.text
    for broken in ("", "1", "<b>", str(uuid4())[:-1]):
        led = ada.http.get(f"{BUY}/value", params={"form": broken, "x": "&form=1"})
        assert led.headers["location"].startswith("?x=%26form%3D1&form=")


def test_anothers_form_is_not_seen(signed_in: NewBrowser, things: dict[str, UUID], new_customer: NewCustomer) -> None:
    ada, eve = signed_in(things["account"]), signed_in(new_customer())
    page = ada.open(f"{BUY}/value")
    ada.send(f"{BUY}/value", {**_form_of(page.text, f"{BUY}/value"), "method": "saved"})
    assert "You have sent this form already" not in eve.open(str(page.url)).text


def _form_of(page: str, action: str) -> dict[str, str]:
    """That of the form which is sent there, or to where it stands."""
    return hidden_fields(page, action if f'action="{action}"' in page else "")


def _keys(page: str) -> list[str]:
    return re.findall(r'name="operation_key" value="([^"]+)"', page)
