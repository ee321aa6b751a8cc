"""Bring a database to the state that the processes expect: migrated, the catalog seeded."""

from sqlalchemy.exc import OperationalError

from billing.catalog.amount_rules import declare_amount_rules
from billing.catalog.seed import seed
from database import engine
from database.migrate import upgrade
from database.roles import DatabaseUrls, RoleRefused
from gateways.registry import limits_of_vendors
from stack.errors import StackError


def migrate(urls: DatabaseUrls) -> None:
    """Apply the missing migrations, renew the roles, and write down what the gateways allow.

    Raises StackError when PostgreSQL does not answer, or when a role would be no wall.
    """
    try:
        upgrade(urls)
        with engine.opened(urls.owner) as database, database.transaction() as session:
            for gateway, limits in limits_of_vendors().items():
                declare_amount_rules(session, gateway, limits.amounts)
    except OperationalError as error:
        raise StackError(f"PostgreSQL does not answer: {error.orig}") from error
    except RoleRefused as error:
        raise StackError(str(error)) from error


def seed_catalog(database_url: str) -> None:
    """Add the first credit packages, unless their slugs are there."""
    with engine.opened(database_url) as database, database.transaction() as session:
        seed(session)


def prepare(urls: DatabaseUrls) -> None:
    """Both, in this order. Doing it again changes nothing."""
    migrate(urls)
    seed_catalog(urls.owner)
