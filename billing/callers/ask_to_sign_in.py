"""Ask to be let into the portal by mail: somebody types an address, and whoever reads its mail gets in.

Or, by whoever is in it already, for a code by which they show that it is them.

What is written here is the same for every address. Where it leads is found out when the mail is made, by a worker:
whoever asks can tell nothing by it, neither from the answer nor from the time that it takes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from billing.callers.tables import SignIn
from billing.mail.stage_to_person import stage_in_hour
from database.ids import uuid7

SIGN_IN = "portal_sign_in"
# By everybody together, so that no table fills up. It is no guard of codes: those are counted when they are tried.
ASKED_BY_ALL_MAX = 20_000
COUNTED_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asking:
    """The address that was typed, the hash of the cookie that this browser is given, and whose network it came from.

    With `session_id` it is whoever is there who asks, at their own address.
    """

    email: str
    browser_sha256: str
    network: str
    session_id: UUID | None = None


def ask_to_sign_in(session: Session, asking: Asking, per_network_max: int, wall_at: datetime) -> bool:
    """Write it down and stage the mail; False for too many within an hour. `wall_at` is the wall clock's time.

    Many people may stand behind one network; 0 is no limit, for where all of them stand behind a proxy of ours.
    Five mails go to an address within an hour. A sixth is asked for like the others, and does not come.
    """
    if 0 < per_network_max <= _counted(session, SignIn.network == asking.network):
        return False
    if _counted(session) >= ASKED_BY_ALL_MAX:
        return False
    sign_in_id = uuid7()
    values = {
        "id": sign_in_id, "email": asking.email, "browser_sha256": asking.browser_sha256, "network": asking.network,
        "session_id": asking.session_id,
    }  # fmt: skip
    session.execute(insert(SignIn).values(values))
    stage_in_hour(session, SIGN_IN, sign_in_id, asking.email, wall_at)
    return True


def _counted(session: Session, *about: ColumnElement[bool]) -> int:
    asked = select(func.count()).select_from(SignIn).where(SignIn.created_at > func.now() - COUNTED_FOR, *about)
    return session.scalar(asked) or 0
