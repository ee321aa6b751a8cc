"""The portal: who is let in."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.callers.let_in import let_in
from billing.commands.verb import Result, Verb
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.portal import StartPortalSession
from schemas.views.portal import PortalSessionView


def _start(session: Session, operation: Operation, command: StartPortalSession, now: datetime) -> Result:
    link = let_in(session, operation.id, command)
    return PortalSessionView.model_validate(link, from_attributes=True).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {StartPortalSession: _start}
