"""Reads of bank statements."""

from sqlalchemy.orm import Session

from billing.statements.queries import list_lines
from ingress.queries.filters import StatementLineFilter
from schemas.views.base import Page
from schemas.views.statements import StatementLineView


def statement_lines(session: Session, wanted: StatementLineFilter) -> Page[StatementLineView]:
    """`GET /v1/admin/statement-lines/`"""
    return list_lines(session, account=wanted.account, status=wanted.status, before=wanted.cursor, limit=wanted.limit)
