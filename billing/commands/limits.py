"""Limits."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.commands.verb import Result, Verb
from billing.limits.report import report_counts
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.limits import ReportCounts


def _report_counts(session: Session, operation: Operation, command: ReportCounts, now: datetime) -> Result:
    return report_counts(session, command, now).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    ReportCounts: _report_counts,
}
