"""Mails to people."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.commands.verb import Result, Verb
from billing.mail.stage_to_person import stage_to_person
from database.clock import database_time
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.mails import (
    PersonalMail,
    SendEmailVerification,
    SendInvitation,
    SendPasswordReset,
    SendWelcome,
)
from schemas.views.mails import StagedMailView

# which mail each of them has sent, by outbox topic
TOPICS: Mapping[type[PersonalMail], str] = {
    SendWelcome: "welcome",
    SendEmailVerification: "email_verification",
    SendPasswordReset: "password_reset",
    SendInvitation: "invitation",
}


def _send(session: Session, operation: Operation, command: PersonalMail, now: datetime) -> Result:
    """The mail is read from the operation when it is sent: until then it keeps the link."""
    if command.account_id is not None:
        get_account(session, command.account_id)
    topic = TOPICS[type(command)]
    stage_to_person(session, topic, operation.id, command.to, database_time(session))
    return StagedMailView(mail=topic, account_id=command.account_id).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = dict.fromkeys(TOPICS, _send)
