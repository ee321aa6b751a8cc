"""Reads of who of the company's own people looks, or looked, at an account's pages."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.callers.tables import AccountLook

SHOWN_MAX = 20


def current_look(session: Session, staff_id: UUID) -> AccountLook | None:
    """What somebody looks at now; None when at nothing."""
    own = AccountLook.staff_id == staff_id, AccountLook.ended_at.is_(None), AccountLook.ends_at > func.now()
    return session.scalar(select(AccountLook).where(*own).order_by(AccountLook.started_at.desc()).limit(1))


def looks_at(session: Session, account_id: UUID) -> Sequence[AccountLook]:
    """The last looks at an account's pages, the latest first."""
    looks = select(AccountLook).where(AccountLook.account_id == account_id)
    return session.scalars(looks.order_by(AccountLook.started_at.desc()).limit(SHOWN_MAX)).all()
