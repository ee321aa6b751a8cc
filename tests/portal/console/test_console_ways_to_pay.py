"""Ways to pay in the console: what a country is offered, how it reads, and that two people say where money goes."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.payment_methods.set_method import set_method
from calls.run_command import run_command
from schemas.permissions import StaffRole
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import do, fields_of, outcome
from workers.wiring import Work

WAYS = "/admin/payment-methods"
IBAN = "DE89370400440532013000"
Decided = Callable[..., UUID]


@pytest.fixture
def decided_way(hands_of_portal: Work) -> Decided:
    """What was decided for a country."""

    def decide(country: str, method: str, **changes: object) -> UUID:
        with hands_of_portal.database.transaction() as session:
            return set_method(session, country, method, changes).id

    return decide


def test_what_a_country_is_offered_is_its_own_or_that_of_the_rest(
    at_work: AtWork, hire: Hire, decided_way: Decided
) -> None:
    decided_way("rest", "stripe", display_name="Card")
    own = decided_way("AT", "bank_transfer", display_name="Überweisung", currencies=["EUR"])
    robin = at_work(hire(StaffRole.SUPPORT))
    listed = robin.open(WAYS).text
    for told in ("The rest of the world", "Überweisung", f'href="{WAYS}/{own}"', "Card"):
        assert told in listed, told
    assert f"{WAYS}/new" not in listed, "support looks, and decides nothing"
    austria = robin.open(f"{WAYS}/offered?country=AT").text
    assert "Überweisung" in austria
    assert "Card" not in austria.partition("<main")[2]
    assert "Card" in robin.open(f"{WAYS}/offered?country=CH").text
    assert "nobody there can pay" in robin.open(f"{WAYS}/offered?country=AT&currency=USD").text
    for wrong in ("?country=Austria", "/offered?country=XX", "/offered?country=AT&currency=usd"):
        assert robin.open(f"{WAYS}{wrong}").status_code == 422, wrong


def test_one_is_offered_switched_and_taken_away(
    at_work: AtWork, hire: Hire, hands_of_portal: Work, decided_way: Decided
) -> None:
    decided_way("rest", "stripe")
    robin = at_work(hire(StaffRole.FINANCE))
    offered = do(robin, f"{WAYS}/new", hands_of_portal, country="FR", method="bank_transfer", currencies="EUR, CHF")
    told = outcome(robin, offered)
    assert "This is done" in told
    way = told.partition(f'href="{WAYS}/')[2].partition('"')[0]
    page = robin.open(f"{WAYS}/{way}").text
    assert "EUR CHF" in page
    assert "This is done" in outcome(robin, do(robin, f"{WAYS}/{way}/withdraw", hands_of_portal))
    assert "not offered" in robin.open(f"{WAYS}/{way}").text
    assert "It is not offered." in robin.open(f"{WAYS}/{way}/withdraw", follow_redirects=True).text
    assert "This is done" in outcome(robin, do(robin, f"{WAYS}/{way}/offer", hands_of_portal))
    form = robin.open(f"{WAYS}/{way}/change", follow_redirects=True).text
    assert 'value="EUR CHF"' in form
    changed = do(robin, f"{WAYS}/{way}/change", hands_of_portal, display_name="Virement", sort_order="3", currencies="")
    assert "This is done" in outcome(robin, changed)
    page = robin.open(f"{WAYS}/{way}").text
    assert "Virement" in page
    assert "all currencies" in page, "what is emptied is taken away"
    reset = do(robin, f"{WAYS}/countries/FR/reset", hands_of_portal)
    assert "This is done" in outcome(robin, reset)
    assert "It has no ways to pay of its own." in robin.open(
        f"{WAYS}/countries/FR/reset", follow_redirects=True
    ).text  # fmt: skip
    unknown = do(robin, f"{WAYS}/new", hands_of_portal, country="FR", method="shells")
    assert "There is no way to pay" in outcome(robin, unknown)


def test_instructions_are_seen_as_customers_read_them_before_they_are_saved(
    at_work: AtWork, hire: Hire, hands_of_portal: Work, decided_way: Decided
) -> None:
    way = decided_way("NL", "bank_transfer", iban=IBAN, account_name="Engine Ltd")
    robin, path = at_work(hire(StaffRole.FINANCE)), f"{WAYS}/{way}/instructions"
    fields = fields_of(robin.open(path, follow_redirects=True))
    written = "Please pay within <two> weeks.\r\nThank you!"
    shown = robin.send(path, {**fields, "instructions": written, "do": "preview"})
    assert shown.status_code == 200
    preview = shown.text.partition('id="preview">')[2].partition("</p>")[0]
    assert preview.splitlines() == [
        "Please pay within &lt;two&gt; weeks.", "Thank you!", "Engine Ltd", "IBAN DE89 3704 0044 0532 0130 00",
    ]  # fmt: skip
    assert "Thank you!" in shown.text.partition("<textarea")[2].partition("</textarea>")[0], "nothing typed is lost"
    assert "Thank you" not in robin.open(f"{WAYS}/{way}").text, "looking saves nothing"
    said = robin.send(path, {**fields_of(shown), "instructions": written})
    run_command(hands_of_portal, UUID(said.headers["location"].rpartition("/")[2]))
    assert "Thank you!\nEngine Ltd" in robin.open(f"{WAYS}/{way}").text
    assert "This is done" in outcome(robin, do(robin, path, hands_of_portal, instructions=""))
    assert "Thank you" not in robin.open(f"{WAYS}/{way}").text


def test_where_money_goes_takes_two_people(
    at_work: AtWork, hire: Hire, hands_of_portal: Work, decided_way: Decided, books_of_portal: Session
) -> None:
    way = decided_way("DE", "bank_transfer")
    robin, kim = at_work(hire(StaffRole.FINANCE)), at_work(hire(StaffRole.FINANCE))
    path = f"{WAYS}/{way}/bank"
    wrong = robin.send(
        path, {**fields_of(robin.open(path, follow_redirects=True)), "iban": "DE00", "account_name": "X"}
    )
    assert (wrong.status_code, 'href="#iban"' in wrong.text) == (422, True)
    asked = do(robin, path, hands_of_portal, iban="DE89 3704 0044 0532 0130 00", account_name="Engine Ltd")
    assert "waits for a second person" in outcome(robin, asked)
    kept = text("SELECT iban FROM payment_method_configs WHERE id = :id")
    assert books_of_portal.scalar(kept, {"id": way}) == "", "until then nothing changes"
    approval = f"/admin/approvals/{asked}"
    assert IBAN in kim.open(approval).text
    do(kim, f"{approval}/approve", hands_of_portal)
    run_command(hands_of_portal, asked)
    assert books_of_portal.scalar(kept, {"id": way}) == IBAN
    assert IBAN in robin.open(f"{WAYS}/{way}").text
    assert "of another way to pay" in robin.open(f"{WAYS}/{way}/wallet", follow_redirects=True).text
    support = at_work(hire(StaffRole.SUPPORT))
    assert support.open(path, follow_redirects=True).status_code == 403
    assert f"{WAYS}/{way}/bank" not in support.open(f"{WAYS}/{way}").text
