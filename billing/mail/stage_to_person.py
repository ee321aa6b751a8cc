"""Have a mail sent to an address that has not agreed to any: at most so many of a kind within an hour."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.mail.queries import find_stop, key_of
from database.outbox import stage

# A mail that does not come is asked for again, twice or three times; whoever asks more often writes to a stranger.
HOURLY_MAX = 5


def stage_to_person(session: Session, topic: str, subject_id: UUID, address: str, wall_at: datetime) -> None:
    """Stage the mail about a subject. `wall_at` is the wall clock's time.

    The places of an hour (of UTC) are causes in the outbox, so that the database counts them. They name the address by
    its hash. Raises Rejected `mail_stopped` for an address that takes no mail, and `too_many_mails`.
    """
    if find_stop(session, address) is not None:
        raise Rejected("mail_stopped", "No mail is sent to this address any more.", status=409)
    if not stage_in_hour(session, topic, subject_id, address, wall_at):
        detail = f"{HOURLY_MAX} mails of this kind went to this address within the hour; wait for the next."
        raise Rejected("too_many_mails", detail, status=429)


def stage_in_hour(
    session: Session, topic: str, subject_id: UUID, address: str, wall_at: datetime, lane: str = ""
) -> bool:
    """The same for who may be told of neither: False where the hour has no place left. A `lane` has its own."""
    whom, of_lane = sha256(key_of(address).encode()).hexdigest(), f"{lane}/" if lane else ""
    for place in range(1, HOURLY_MAX + 1):
        if stage(session, topic, subject_id, f"{topic}/{whom}/{wall_at:%Y-%m-%dT%H}/{of_lane}{place}"):
            return True
    return False
