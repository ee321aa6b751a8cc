"""Whatever customers type is text: no element, no attribute and no formula comes of it, on either site, in any file."""

import csv
import io
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import BaseModel, ValidationError

from calls.run_command import run_command
from database.engine import Database, make_engine
from database.operations import stage_command
from portal.csv_file import FORMULA_STARTS
from schemas.commands import COMMANDS
from schemas.permissions import Role, StaffRole, of_role
from stack.valkey import EmbeddedValkey
from tests.billing.subscribers import Books
from tests.gauntlet.both_sites import Inside, a_customer, both_sites, enter_console, enter_portal
from tests.logins import as_console, as_portal
from tests.portal.crawling import Parsed, crawl
from tests.portal.running_portal import Browser
from workers.wiring import Work

Body = dict[str, Any]
SIGN, ATTRIBUTE = "x-e", "onx"
# each field is told the first of these that it takes; all are formulas, too, where a field allows that
EVIL = (
    "=x-e\"'><x-e onx=1></x-e><!--{{7*7}}", "=x-e<x-e/onx=1>", '=x-e"onx=1', "<x-e>@evil.example", "x-e@evil.example",
    'https://app.example/?"><x-e>', "https://app.example/x-e",
)  # fmt: skip
# what a field says that has to say something, by its name
KNOWN: Mapping[str, Any] = {
    "billing_address": {"country": "US"}, "plan": {"plan": "starter"}, "services": [{"service": "setup-app"}],
    "confirm_name": "Works", "email": "dan@acme.example", "role": "viewer", "service": "setup-app",
    "package": "value", "return_url": "https://app.example/", "card_ids": [], "checkout_ref": "cs_1", "card_ref": "p",
    "success_url": "https://app.example/", "cancel_url": "https://app.example/",
    "top_up_below": 5, "monthly_max": 3, "method": "bank_transfer",
    "amount_minor": 5, "currency": "USD", "paid_on": "2026-11-30", "content": "iVBORw0KGgo=", "user_id": "user-dan",
    "token": "A" * 43, "name": "Dan", "recipients": {}, "quoted": {"total_minor": 1, "at": "2026-11-30T00:00:00Z"},
}  # fmt: skip
# of which a command wants one at least
EITHER = ("role",)
# of who is gone nothing is shown
ENDS = {"delete_account", "leave_team"}
# the least that is told somewhere: who nothing is told of proves nothing
TOLD_MIN = 8


def _spoken() -> Iterator[tuple[str, type[BaseModel]]]:
    """The commands that a customer may say."""
    allowed = frozenset[str]().union(*map(of_role, Role))
    for kind, command in COMMANDS.items():
        if command.permission in allowed:
            yield kind, command


def _bodies(command: type[BaseModel], ids: Mapping[str, str]) -> Iterator[tuple[str, Body]]:
    """One body for each of its texts that takes something evil, and that text's name."""
    required = {name for name, field in command.model_fields.items() if field.is_required()}
    plain = {name: ids.get(name, KNOWN.get(name)) for name in required}
    if command.model_fields.keys() >= {"invoice_id", "package"}:
        plain["invoice_id"] = ids["invoice_id"]
    plain |= {name: KNOWN[name] for name in EITHER if name in command.model_fields and "member_id" in plain}
    command.model_validate(plain)
    for path, is_many in _texts(command, ()):
        for evil in EVIL:
            body = _with(plain, path, [evil] if is_many else evil)
            try:
                command.model_validate(body)
            except ValidationError:
                continue
            yield ".".join(path), body
            break


def _texts(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bool]]:
    for name, field in model.model_fields.items():
        types = _types(field.annotation)
        if str in types:
            yield (*above, name), tuple in types
        for each in types:
            if isinstance(each, type) and issubclass(each, BaseModel) and tuple not in types:
                yield from _texts(each, (*above, name))


def _types(annotation: Any) -> set[Any]:
    origin = getattr(annotation, "__origin__", None)
    return {annotation, origin}.union(*(_types(each) for each in get_args(annotation)))


def _with(plain: Body, path: tuple[str, ...], value: Any) -> Body:
    body = deepcopy(plain)
    inner = body
    for name in path[:-1]:
        inner = inner.setdefault(name, deepcopy(KNOWN.get(name, {})))
    inner[path[-1]] = value
    return body


@pytest.fixture(scope="module")
def sites_to_read(portal_database: str, valkey_server: EmbeddedValkey) -> Iterator[tuple[Inside, Inside]]:
    """Both."""
    with both_sites(as_portal(portal_database), as_console(portal_database), valkey_server.url()) as sites:
        yield sites


@pytest.fixture(scope="module")
def owner_of_books(portal_database: str) -> Iterator[Database]:
    """Their owner, who may whatever people do that are not in the story."""
    database = Database(make_engine(portal_database))
    yield database
    database.engine.dispose()


@pytest.fixture
def evil_customer(hands_at_gateway: Work) -> UUID:
    """One who has said everything that they may say, with something evil in each text of it."""
    database = hands_at_gateway.database
    account_id = a_customer(Books(database))
    ids = _ids_of(database, account_id)
    for kind, command in _spoken():
        if kind in ENDS:
            continue
        for _, body in _bodies(command, ids):
            _say(hands_at_gateway, kind, body, f"user/{account_id}/user-1")
    return account_id


def _say(hands: Work, kind: str, body: Body, caller: str) -> None:
    with hands.database.transaction() as session:
        operation_id = stage_command(session, kind, body, f"app/{caller}")
    run_command(hands, operation_id)


def _ids_of(database: Database, account_id: UUID) -> dict[str, str]:
    books = Books(database)
    some = {name: str(uuid4()) for name in ("claim_id", "invitation_id", "member_id", "card_id")}
    invoice = books.invoices(account_id)[-1]
    return some | {
        "account_id": str(account_id), "invoice_id": str(invoice.id), "subscription_id": str(invoice.subscription_id),
    }  # fmt: skip


def test_nothing_comes_of_what_customers_have_said(
    sites_to_read: tuple[Inside, Inside], owner_of_books: Database, evil_customer: UUID
) -> None:
    portal, console = sites_to_read
    ada = enter_portal(portal, owner_of_books, evil_customer)
    colleagues = [enter_console(console, owner_of_books, role) for role in (StaffRole.FINANCE, StaffRole.ADMIN)]
    files = [route.path for route in console.routes if route.path.endswith(".csv")]
    told = _look(crawl(ada, "/", "/account/invoices.csv", "/account/usage/days.csv", "/account/usage/operations.csv"))
    assert told, "nothing of it is shown to the customer"
    shown = _look(crawl(colleagues[0], f"/admin/accounts/{evil_customer}", *files))
    shown |= _look(crawl(colleagues[1], f"/admin/accounts/{evil_customer}", "/admin/operations", *files))
    assert len(told | shown) >= TOLD_MIN, sorted(told | shown)


def test_nothing_comes_of_what_is_typed_into_a_form_and_shown_again(
    sites_to_read: tuple[Inside, Inside], owner_of_books: Database, hands_of_portal: Work
) -> None:
    portal, console = sites_to_read
    ada = enter_portal(portal, owner_of_books, a_customer(Books(owner_of_books)))
    robin = enter_console(console, owner_of_books, StaffRole.FINANCE)
    for browser, site in ((ada, portal), (robin, console)):
        site.look_around(browser)
        answers = {f"{path} {number}": each for path, form in site.forms.items() if path != "/leave"
                   for number, each in enumerate(_typed(browser, path, form.fields))}  # fmt: skip
        assert _look(answers), site.address
        _look({address: _asked(browser, address, page) for address, page in site.pages.items()})
        _look({"no page": browser.open(f"/{EVIL[0]}"), "no id": browser.open(f"/account/invoices/{EVIL[0]}")})


def _typed(browser: Browser, path: str, fields: Mapping[str, str]) -> Iterator[httpx.Response]:
    """All fields at once, so that something is wrong with the form and it is shown again."""
    for evil in (EVIL[0], EVIL[2]):
        said = {name: value if name == "operation_key" else evil for name, value in fields.items()}
        yield browser.send(path, {**said, "reason": evil, "note": evil, "code": ""})


def _asked(browser: Browser, address: str, page: str) -> httpx.Response:
    """The same page, with every filter of its forms filled with it."""
    names = {name for form in Parsed(page).forms if not form.is_post for name in form.fields}
    return browser.open(address.partition("?")[0], params={**dict.fromkeys(names, EVIL[0]), "x": EVIL[0]})


def _look(answers: Mapping[str, httpx.Response]) -> set[str]:
    """Where it is told. AssertionError where something comes of it."""
    found = set()
    for address, answer in answers.items():
        assert answer.status_code < 500, (address, answer.status_code)
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/csv"):
            cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row if SIGN in cell]
            assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)], address
            found |= {f"{address} {cell}" for cell in cells}
        elif kind.startswith("text/html"):
            for tag, said in Parsed(answer.text).elements:
                assert not tag.startswith(SIGN), (address, tag)
                assert not [name for name in said if name.startswith((ATTRIBUTE, "on"))], (address, tag, said)
                led = [said.get(name, "") for name in ("href", "src", "action", "formaction")]
                assert not [link for link in led if "script:" in link], (address, led)
            assert "49<!--" not in answer.text, address
            found |= {address} if SIGN in answer.text else set()
    return found
