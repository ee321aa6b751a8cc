"""The portal, as the API tells of it."""

from datetime import datetime
from uuid import UUID

from schemas.views.base import View
from schemas.views.operations import OperationView


class PortalSessionView(View):
    """Who may open the portal with the link, and until when."""

    id: UUID
    account_id: UUID
    user_id: str
    role: str
    return_url: str
    target: str
    expires_at: datetime


class PortalLinkView(OperationView):
    """A command that lets somebody in, and the `url`. Null where this is a repeat: it was in the first answer alone."""

    url: str | None
