"""Subscriptions."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.commands.verb import Result, Verb, cause_of
from billing.cycle.end.cancel import cancel_subscription
from billing.cycle.end.reactivate import reactivate_subscription
from billing.cycle.pause.pause import pause_subscription
from billing.cycle.pause.resume import resume_subscription
from billing.cycle.plan_change.change_plan import change_plan
from billing.cycle.services.add_service import add_service
from billing.cycle.services.remove_service import remove_service
from billing.cycle.start.create import create_subscription
from billing.subscriptions.queries import lock_subscription, show_changed, show_subscription
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.subscriptions import (
    AddService,
    CancelSubscription,
    ChangePlan,
    CreateSubscription,
    DowngradeSubscription,
    PauseSubscription,
    ReactivateSubscription,
    RemoveService,
    ResumeSubscription,
    UpgradeSubscription,
)


def _create(session: Session, operation: Operation, command: CreateSubscription, now: datetime) -> Result:
    return _shown(session, create_subscription(session, operation.id, command, now).id)


def _change_plan(session: Session, operation: Operation, command: ChangePlan, now: datetime) -> Result:
    made = change_plan(session, command, cause_of(operation), now)
    return show_changed(session, command.subscription_id, made).model_dump(mode="json")


def _add_service(session: Session, operation: Operation, command: AddService, now: datetime) -> Result:
    add_service(session, command, cause_of(operation), now)
    return _shown(session, command.subscription_id)


def _remove_service(session: Session, operation: Operation, command: RemoveService, now: datetime) -> Result:
    remove_service(session, command, cause_of(operation), now)
    return _shown(session, command.subscription_id)


def _cancel(session: Session, operation: Operation, command: CancelSubscription, now: datetime) -> Result:
    subscription = lock_subscription(session, command.subscription_id)
    at_period_end = command.when == "period_end"
    cancel_subscription(session, subscription, at_period_end=at_period_end, cause=cause_of(operation), now=now)
    return _shown(session, subscription.id)


def _reactivate(session: Session, operation: Operation, command: ReactivateSubscription, now: datetime) -> Result:
    reactivate_subscription(lock_subscription(session, command.subscription_id), now)
    return _shown(session, command.subscription_id)


def _pause(session: Session, operation: Operation, command: PauseSubscription, now: datetime) -> Result:
    subscription = lock_subscription(session, command.subscription_id)
    pause_subscription(session, subscription, command.resumes_at, cause_of(operation), now)
    return _shown(session, subscription.id)


def _resume(session: Session, operation: Operation, command: ResumeSubscription, now: datetime) -> Result:
    resume_subscription(session, lock_subscription(session, command.subscription_id), now)
    return _shown(session, command.subscription_id)


def _shown(session: Session, subscription_id: UUID) -> Result:
    return show_subscription(session, subscription_id).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    CreateSubscription: _create,
    ChangePlan: _change_plan,
    UpgradeSubscription: _change_plan,
    DowngradeSubscription: _change_plan,
    AddService: _add_service,
    RemoveService: _remove_service,
    CancelSubscription: _cancel,
    ReactivateSubscription: _reactivate,
    PauseSubscription: _pause,
    ResumeSubscription: _resume,
}
