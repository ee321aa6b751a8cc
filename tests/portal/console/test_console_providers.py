"""Providers in the console: how each fares, and whether it is called, which two people decide; nothing secret."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from calls.run_command import run_command
from schemas.permissions import StaffRole
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import do, outcome
from workers.wiring import Work

PROVIDERS, SEALED = "/admin/providers", "k1." + "A" * 60


@pytest.fixture
def provider_kept(books_of_portal: Session) -> Iterator[str]:
    """One that has a key and a secret for its webhooks, and for which work waits."""
    name = "one"
    books_of_portal.execute(
        text(
            "INSERT INTO integration_providers (id, display_name, type, api_key)"
            " VALUES (:name, 'One <b>', 'payment', :sealed)"
        ),
        {"name": name, "sealed": SEALED},
    )
    for active_from in ("2020-01-01", "2199-01-01"):
        books_of_portal.execute(
            text(
                "INSERT INTO webhook_secrets (id, provider_id, secret, active_from)"
                " VALUES (:id, :name, :sealed, :since)"
            ),
            {"id": uuid4(), "name": name, "sealed": SEALED, "since": active_from},
        )
    books_of_portal.execute(
        text(
            "INSERT INTO inbox (id, gateway, event_id, event_type, body, error, next_attempt_at) VALUES"
            " (:id, :name, 'evt_1', 'x', '{}', 'one does not answer: jo@example.com', now() + interval '1 day')"
        ),
        {"id": uuid4(), "name": name},
    )
    yield name
    for table in ("webhook_secrets WHERE provider_id", "inbox WHERE gateway", "integration_providers WHERE id"):
        books_of_portal.execute(text(f"DELETE FROM {table} = :name"), {"name": name})  # noqa: S608 - our own words


def test_it_is_told_how_each_fares_and_nothing_secret(at_work: AtWork, hire: Hire, provider_kept: str) -> None:
    page = at_work(hire(StaffRole.OPERATOR)).open(PROVIDERS)
    assert page.status_code == 200
    own = page.text.partition(f'id="provider-{provider_kept}"')[2].partition("</section>")[0]
    for shown in (
        "One &lt;b&gt;",
        "waiting",
        "kept here",
        "secrets that are kept here: 1",
        "j***@example.com",
        f"{PROVIDERS}/one/disable",
    ):
        assert shown in own, shown
    assert (SEALED in page.text, "jo@example.com" in page.text) == (False, False)
    unkept = page.text.partition('id="provider-resend"')[2].partition("</section>")[0]
    assert ("the environment" in unkept, f"{PROVIDERS}/resend/" in unkept) == (True, False)


def test_two_people_decide_that_it_is_called_no_more_and_again(
    at_work: AtWork, hire: Hire, provider_kept: str, hands_of_portal: Work
) -> None:
    robin, kim, one = at_work(hire(StaffRole.ADMIN)), at_work(hire(StaffRole.ADMIN)), f"{PROVIDERS}/{provider_kept}"
    for deed, wanted in (("disable", "Call it again"), ("enable", "Call it no more")):
        said = do(robin, f"{one}/{deed}", hands_of_portal)
        assert "waits for a second person" in outcome(robin, said)
        assert "This is done" in outcome(kim, do(kim, f"/admin/approvals/{said}/approve", hands_of_portal))
        run_command(hands_of_portal, said)
        told = outcome(robin, said)
        assert ("This is done" in told, f'href="{PROVIDERS}"' in told) == (True, True)
        assert wanted in robin.open(PROVIDERS).text
    assert "It is called already" in robin.open(f"{one}/enable").text
    assert "the environment says everything" in robin.open(f"{PROVIDERS}/resend/disable").text
