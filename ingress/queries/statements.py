"""Reads of bank statements."""

from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from billing.statements.queries import Standing, list_lines
from ingress.queries.filters import PageFilter
from schemas.views.base import Page
from schemas.views.statements import StatementLineView


class StatementLineFilter(PageFilter):
    """A page of statement lines. `account` is the bank's name for it: the IBAN, without blanks."""

    account: Annotated[str, Field(pattern=r"^[A-Z0-9/.-]{1,64}$")] | None = None
    status: Standing | None = None


def statement_lines(session: Session, wanted: StatementLineFilter) -> Page[StatementLineView]:
    """`GET /v1/admin/statement-lines/`"""
    return list_lines(session, wanted.paging, account=wanted.account, status=wanted.status)
