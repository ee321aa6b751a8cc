"""Bring a database to the state that the processes expect: migrated, the catalog seeded."""

from billing.catalog.amount_rules import declare_amount_rules
from billing.catalog.seed import seed
from database.migrate import MadeElsewhere, upgrade
from database.roles import DatabaseUrls, RoleRefused
from gateways.registry import limits_of_vendors
from stack.errors import StackError
from stack.explaining import explaining
from stack.sessions import transaction

LATER = (
    "the database is at revision {}, which this release does not know: a later one migrated it. "
    "Its tables stay as they are"
)


def migrate(urls: DatabaseUrls) -> str:
    """Apply the missing migrations, renew the roles, and write down what the gateways allow. Returns what was found.

    A database that a later release migrated is left to it: the release before runs on its tables, see docs/rollback.md.
    Raises StackError when PostgreSQL refuses or does not answer, or when a role would be no wall.
    """
    try:
        with explaining(urls.owner):
            later = upgrade(urls)
    except (RoleRefused, MadeElsewhere) as error:
        raise StackError(str(error)) from error
    with transaction(urls.owner) as session:
        for gateway, limits in limits_of_vendors().items():
            declare_amount_rules(session, gateway, limits.amounts)
    return LATER.format(later) if later else "the database is up to date"


def prepare(urls: DatabaseUrls) -> str:
    """Migrate, and add the first packages and plans unless they are there. Returns what was found.

    Doing it again changes nothing.
    """
    found = migrate(urls)
    with transaction(urls.owner) as session:
        seed(session)
    return found
