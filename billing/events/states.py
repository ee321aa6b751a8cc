"""The states of a delivery. Nobody else writes them; `billing/README.md` draws them."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Update, func, literal, update
from sqlalchemy.orm import Session

from billing.events.tables import DeliveryState, EventDelivery
from database.among import is_among

_D = DeliveryState
TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    # a try failed, and there is another
    _D.WAITING: frozenset({_D.WAITING, _D.DELIVERED, _D.GIVEN_UP}),
    # a person had it sent again
    _D.DELIVERED: frozenset({_D.WAITING}),
    _D.GIVEN_UP: frozenset({_D.WAITING}),
}
FREE: dict[str, Any] = {"lease_until": None, "lease_token": None}


def deliver(session: Session, delivery_ids: Collection[UUID], lease_token: UUID) -> set[UUID]:
    """These are at their endpoint, says who holds them; those that were still theirs to say."""
    done = {"state": _D.DELIVERED, "finished_at": func.now(), "attempts": EventDelivery.attempts + 1, **FREE}
    return _move(session, _held(delivery_ids, lease_token).values(done))


def try_later(session: Session, delivery_id: UUID, lease_token: UUID, wait: timedelta) -> set[UUID]:
    """A try failed; there is another after so long, unless nobody tries any longer by then."""
    next_attempt_at = func.now() + wait
    is_over = next_attempt_at > EventDelivery.gives_up_at
    held = _held([delivery_id], lease_token)
    tried = {"attempts": EventDelivery.attempts + 1, "next_attempt_at": next_attempt_at, **FREE}
    return _move(session, held.where(~is_over).values(tried)) or _give_up(session, held.where(is_over))


def give_up(session: Session, delivery_id: UUID, lease_token: UUID) -> set[UUID]:
    """The last try failed."""
    return _give_up(session, _held([delivery_id], lease_token))


def release(session: Session, delivery_ids: Collection[UUID], lease_token: UUID) -> None:
    """These were not tried."""
    _move(session, _held(delivery_ids, lease_token).values(FREE))


def again(gives_up_after: timedelta) -> dict[str, Any]:
    """What is written into a row that a person has sent again, from whatever state it was in."""
    return {
        "state": literal(_D.WAITING), "attempts": 0, "asked_again": EventDelivery.asked_again + 1, "finished_at": None,
        "next_attempt_at": func.now(), "gives_up_at": func.now() + gives_up_after,
    }  # fmt: skip


def _give_up(session: Session, held: Update) -> set[UUID]:
    spent = {"state": _D.GIVEN_UP, "finished_at": func.now(), "attempts": EventDelivery.attempts + 1, **FREE}
    return _move(session, held.values(spent))


def _held(delivery_ids: Collection[UUID], lease_token: UUID) -> Update:
    theirs = EventDelivery.lease_token == lease_token, EventDelivery.state == _D.WAITING
    return update(EventDelivery).where(is_among(EventDelivery.id, delivery_ids), *theirs)


def _move(session: Session, statement: Update) -> set[UUID]:
    moved = statement.returning(EventDelivery.id).execution_options(synchronize_session=False)
    return set(session.scalars(moved))
