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

from billing.callers.enter_proven import known_by
from billing.callers.tables import PortalSession, SignIn
from billing.mail.queries import key_of
from billing.mail.stage_to_person import stage_in_hour
from database.ids import uuid7

SIGN_IN = "portal_sign_in"
# By everybody together, so that no table fills up. It is no guard of codes: those are counted when they are tried.
ASKED_BY_ALL_MAX = 20_000
# Of the five mails that an address gets within an hour, so many as are asked for from one network: whoever uses all of
# them up needs several. Who signed in with a browser before has five of their own, which nobody else can use up.
OF_ONE_NETWORK_MAX = 3
COUNTED_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asking:
    """The address that was typed, the hash of the cookie that this browser is given, and whose network it came from.

    With `session_id` it is whoever is there who asks, at their own address.
    `known_cookie` is what it was given when somebody signed in with it before; empty for none.
    """

    email: str
    browser_sha256: str
    network: str
    session_id: UUID | None = None
    known_cookie: str = ""


def ask_to_sign_in(session: Session, asking: Asking, per_network_max: int, wall_at: datetime) -> bool:
    """Write it down and stage the mail; False for too many within an hour. `wall_at` is the wall clock's time.

    Many people may stand behind one network; 0 is no limit, for where all of them stand behind a proxy of ours.
    What is asked for beyond what an address gets is asked for like the others, and does not come.
    """
    if 0 < per_network_max <= _counted(session, SignIn.network == asking.network):
        return False
    if _counted(session) >= ASKED_BY_ALL_MAX:
        return False
    sign_in_id, has_place = uuid7(), per_network_max == 0 or _asked_from(session, asking) < OF_ONE_NETWORK_MAX
    values = {
        "id": sign_in_id, "email": asking.email, "browser_sha256": asking.browser_sha256, "network": asking.network,
        "session_id": asking.session_id,
    }  # fmt: skip
    session.execute(insert(SignIn).values(values))
    staged = _is_own(session, asking) and stage_in_hour(session, SIGN_IN, sign_in_id, asking.email, wall_at, "own")
    if not staged and has_place:
        stage_in_hour(session, SIGN_IN, sign_in_id, asking.email, wall_at)
    return True


def _is_own(session: Session, asking: Asking) -> bool:
    """Whether somebody is signed in who asks, or was in this browser by this address, as far as that is remembered."""
    if asking.session_id is not None or not asking.known_cookie:
        return asking.session_id is not None
    known = PortalSession.known_sha256 == known_by(asking.known_cookie, asking.email)
    return session.scalar(select(PortalSession.id).where(known).limit(1)) is not None


def _asked_from(session: Session, asking: Asking) -> int:
    """How many mails to this address were asked for from there within the hour."""
    return _counted(session, SignIn.network == asking.network, func.lower(SignIn.email) == key_of(asking.email))


def _counted(session: Session, *about: ColumnElement[bool]) -> int:
    asked = select(func.count()).select_from(SignIn).where(SignIn.created_at > func.now() - COUNTED_FOR, *about)
    return session.scalar(asked) or 0
