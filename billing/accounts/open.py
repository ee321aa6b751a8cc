"""Open an account."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.accounts.rules import slug_from
from billing.accounts.tables import Account
from billing.accounts.tax_ids import read_tax_id
from billing.errors import Rejected
from schemas.commands.accounts import OpenAccount

# A made-up slug gets the account id's last twelve hex digits when the plain one is taken: 48 random bits are enough.
SUFFIX_LENGTH = 12


def open_account(session: Session, account_id: UUID, command: OpenAccount) -> UUID:
    """Write the account under the given id and return the id; a repeat writes nothing.

    Raises Rejected `slug_taken` when the caller chose a slug that belongs to another account, and `tax_id_invalid`.
    """
    wanted = command.slug or slug_from(command.name)
    slugs = [wanted] if command.slug else [wanted, f"{wanted}-{account_id.hex[-SUFFIX_LENGTH:]}"]
    for slug in slugs:
        if _written(session, account_id, slug, command):
            return account_id
    raise Rejected("slug_taken", f"The slug {wanted!r} belongs to another account.", status=409)


def _written(session: Session, account_id: UUID, slug: str, command: OpenAccount) -> bool:
    row = {
        "id": account_id,
        "name": command.name,
        "slug": slug,
        "owner": command.owner,
        "billing_email": command.billing_email,
        "tax_id": read_tax_id(command.tax_id, command.billing_address.country).number,
        "clock_id": command.test_clock_id,
        **command.billing_address.model_dump(),
    }
    session.execute(insert(Account).values(row).on_conflict_do_nothing())
    return session.scalar(select(Account.id).where(Account.id == account_id)) is not None
