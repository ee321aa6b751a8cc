"""Commands about the portal: who is let in."""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from schemas.commands.base import Command
from schemas.permissions import Role
from schemas.urls import Url
from schemas.user_ids import UserId
from schemas.views.portal import PortalSessionView

# The pages that a link may lead to, and an invoice by its id: words of ours, never an address.
TARGETS = ("pay", "plan", "cancel", "credits", "buy_credits", "payment_methods", "invoices")
_INVOICE = "invoice/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
Target = Annotated[str, StringConstraints(pattern=f"^(?:{'|'.join(TARGETS)}|{_INVOICE})$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class StartPortalSession(Command):
    """Let a user into the portal: the `url` of this answer opens it, within five minutes and once.

    They may there what their `role` may, held to the account's team where it is kept here. `return_url` is a page of
    the product, at one of the hosts that are allowed: the portal links back to it. `target` is the page that they see
    first, by its name.
    """

    kind = "start_portal_session"
    permission = "portal:open"
    result_view = PortalSessionView
    drawn = frozenset({"token_sha256"})

    token_sha256: Sha256
    account_id: UUID
    user_id: UserId
    role: Role
    return_url: Url | None = None
    target: Target | None = None


COMMANDS: tuple[type[Command], ...] = (StartPortalSession,)
