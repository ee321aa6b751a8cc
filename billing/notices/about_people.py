"""Mails to people, with a link that the product has made. What they say stands in their operations."""

from typing import Any

from sqlalchemy.orm import Session

from billing.notices.occasion import Occasion, require
from database.operations import Operation
from schemas.documents import NoticeFacts, PartyFacts
from schemas.personal_facts import PersonalFacts


def greeted(session: Session, occasion: Occasion) -> NoticeFacts:
    """The mail that an operation asks for, as long as its link is known: once it was sent it is forgotten."""
    operation = session.get(Operation, occasion.subject_id)
    said: dict[str, Any] = operation.body if operation is not None else {}
    link = said.get("secret_link", "")
    require(bool(link), "its link is forgotten")
    return NoticeFacts(
        seller=occasion.letterhead.seller,
        buyer=PartyFacts(name=said["recipient"], email=said["to"]),
        manage_url=link,
        personal=PersonalFacts(
            valid_minutes=said["valid_minutes"],
            invited_by=said.get("invited_by", ""),
            team=said.get("team", ""),
        ),
    )
