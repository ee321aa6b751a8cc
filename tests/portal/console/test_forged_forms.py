"""No form that somebody else has made up is taken, at any address of the portal and the console."""

from collections.abc import Iterator

import pytest

from database.engine import Database, make_engine
from schemas.permissions import StaffRole
from stack.valkey import EmbeddedValkey
from tests.gauntlet.both_sites import Inside, both_sites
from tests.gauntlet.forging import Prepared, attack_pages
from tests.logins import as_console, as_portal

MANY = 400
SEED = 1


@pytest.fixture(scope="module")
def attacked_database(portal_database: str) -> Iterator[Database]:
    """Of both sites."""
    database = Database(make_engine(portal_database))
    yield database
    database.engine.dispose()


@pytest.fixture(scope="module")
def attacked_sites(portal_database: str, valkey_server: EmbeddedValkey) -> Iterator[tuple[Inside, Inside]]:
    """Of a company."""
    with both_sites(as_portal(portal_database), as_console(portal_database), valkey_server.url()) as sites:
        yield sites


def test_forged_forms_at_every_address_change_nothing(
    attacked_database: Database, attacked_sites: tuple[Inside, Inside], hands_of_portal: object
) -> None:
    prepared = Prepared(attacked_database, *attacked_sites, [StaffRole.SUPPORT, StaffRole.FINANCE])
    outcome = attack_pages(prepared, MANY, SEED)
    assert not outcome.problems, outcome.answers
    assert prepared.is_still_at_work(), "of each of them an honest form is taken"
