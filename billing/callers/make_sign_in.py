"""Make what lets somebody in by mail: a code for the browser that asked, a link for any; and find where they lead."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as insert_new
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.callers.tables import SignIn, SignInSecret, SignInWay
from billing.team.tables import Member
from database.api_keys import hash_key
from schemas.permissions import Role

CODE_DIGITS = 8
TOKEN_BYTES = 32
# as many as a page lists
ACCOUNTS_MAX = 50


@dataclass(frozen=True, slots=True)
class Secrets:
    """What stands in one mail, and is kept nowhere."""

    code: str
    token: str


def find_ways(session: Session, sign_in: SignIn) -> int:
    """Write down into which accounts the address leads; how many they are.

    Whose e-mail a member's is comes as that member. Where no team is kept here, whoever reads the billing e-mail may
    what such people may, in the name of that address. Accounts that were deleted let nobody in.
    """
    email = sign_in.email.lower()
    of_members = select(Member.account_id, Member.user_id, Member.role).join(Account, Account.id == Member.account_id)
    of_members = of_members.where(func.lower(Member.email) == email, Account.closed_at.is_(None))
    has_team = select(Member.id).where(Member.account_id == Account.id).exists()
    of_bills = select(Account.id, func.lower(Account.billing_email), literal(Role.BILLING.value))
    of_bills = of_bills.where(func.lower(Account.billing_email) == email, Account.closed_at.is_(None), ~has_team)
    found = [*session.execute(of_members.limit(ACCOUNTS_MAX)), *session.execute(of_bills.limit(ACCOUNTS_MAX))]
    rows = [
        {"sign_in_id": sign_in.id, "account_id": account_id, "user_id": user_id, "role": role}
        for account_id, user_id, role in found[:ACCOUNTS_MAX]
    ]
    if rows:
        # an address may stand twice in a team; and another try to send the mail finds them written
        session.execute(insert_new(SignInWay).values(rows).on_conflict_do_nothing())
    return len(rows)


def make_secrets(session: Session, sign_in_id: UUID) -> Secrets:
    """A fresh code and token. Those of earlier tries to send the same mail stay good: it may have arrived."""
    made = Secrets(f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}", secrets.token_urlsafe(TOKEN_BYTES))
    values = {
        "sign_in_id": sign_in_id, "link_sha256": hash_key(made.token), "code_sha256": hash_code(sign_in_id, made.code),
    }  # fmt: skip
    session.execute(insert(SignInSecret).values(values))
    return made


def hash_code(sign_in_id: UUID, code: str) -> str:
    """What is kept of a code: two that are the same do not look so."""
    return sha256(f"{sign_in_id}/{code}".encode()).hexdigest()
