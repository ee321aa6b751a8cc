"""Mails that the product has sent to a person, with a link that is a secret between the two."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, Strict

from schemas.commands.base import Command
from schemas.emails import Email
from schemas.names import Line, Name
from schemas.urls import Url
from schemas.views.base import View
from schemas.views.mails import StagedMailView

# a link that is good for longer than a month is none that expires
Minutes = Annotated[int, Strict(), Field(ge=1, le=31 * 24 * 60)]


class PersonalMail(Command):
    """Base of these. The link leads to a place of the product's own; it is forgotten as soon as the mail is sent.

    `recipient` is whom it greets, `account_id` whose mail it is, where there is an account already.
    """

    permission = "mails:send"
    result_view: ClassVar[type[View] | None] = StagedMailView

    to: Email
    recipient: Line = ""
    account_id: UUID | None = None
    secret_link: Url
    valid_minutes: Minutes | None = None


class SendWelcome(PersonalMail):
    """Say hello to somebody who has signed up; the link leads into the product."""

    kind = "send_welcome"


class SendEmailVerification(PersonalMail):
    """Ask whether an address is theirs."""

    kind = "send_email_verification"


class SendPasswordReset(PersonalMail):
    """Let somebody choose another password."""

    kind = "send_password_reset"


class SendInvitation(PersonalMail):
    """Invite somebody into a team that the product keeps itself, in the name of who invites."""

    kind = "send_invitation"

    invited_by: Name
    team: Name


COMMANDS: tuple[type[Command], ...] = (SendWelcome, SendEmailVerification, SendPasswordReset, SendInvitation)
