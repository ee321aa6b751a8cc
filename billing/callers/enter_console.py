"""Enter the console by a link, which is used up by that; nothing of it opens until a second factor is shown."""

from datetime import timedelta

from sqlalchemy import func, insert, update
from sqlalchemy.orm import Session

from billing.callers.console_visits import is_good_for_staff
from billing.callers.enter import AGENT_LENGTH_MAX, Browser
from billing.callers.tables import StaffLink, StaffSession
from database.ids import uuid7

# so long somebody may look for their telephone
PROVING_LASTS = timedelta(minutes=10)


def enter_console(session: Session, link_sha256: str, browser: Browser) -> StaffSession | None:
    """The session that begins; None for a link that is not known, was used or is over. Of two at once one enters."""
    is_it = StaffLink.token_sha256 == link_sha256
    used = update(StaffLink).where(is_it, is_good_for_staff()).values(used_at=func.now())
    staff_id = session.scalar(used.returning(StaffLink.staff_id))
    if staff_id is None:
        return None
    values = {
        "id": uuid7(), "staff_id": staff_id, "token_sha256": browser.token_sha256, "address": browser.address,
        "agent": browser.agent[:AGENT_LENGTH_MAX], "ends_at": func.now() + PROVING_LASTS,
    }  # fmt: skip
    return session.scalars(insert(StaffSession).values(values).returning(StaffSession)).one()
