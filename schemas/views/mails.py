"""Mails to people."""

from uuid import UUID

from schemas.views.base import View


class StagedMailView(View):
    """A mail that is on its way: which one, and whose."""

    mail: str
    account_id: UUID | None
