"""Providers: whether they are called."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.commands.verb import Result, Verb
from billing.errors import Rejected
from billing.waking import wake
from credentials.switch_provider import NOTICED_AFTER, switch_provider
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.providers import DisableProvider, EnableProvider, OfProvider


def _switch(session: Session, operation: Operation, command: OfProvider, now: datetime) -> Result:
    row = switch_provider(session, command.provider, is_active=isinstance(command, EnableProvider))
    if row is None:
        raise Rejected("provider_not_found", f"Nothing is kept of a provider {command.provider!r}.", status=404)
    wake(session, row.id, NOTICED_AFTER)
    return {"provider": row.id, "is_active": row.active}


VERBS: Mapping[type[Command], Verb] = {
    EnableProvider: _switch,
    DisableProvider: _switch,
}
