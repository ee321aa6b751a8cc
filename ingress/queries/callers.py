"""Reads of who may call."""

from sqlalchemy.orm import Session

from database.api_keys import list_keys
from database.staff import list_members
from schemas.views.base import Page
from schemas.views.callers import ApiKeyView, StaffMemberView


def api_keys(session: Session) -> Page[ApiKeyView]:
    """`GET /v1/admin/api-keys/`"""
    shown = [ApiKeyView.model_validate(key, from_attributes=True) for key in list_keys(session)]
    return Page(data=shown, next_cursor=None)


def staff(session: Session) -> Page[StaffMemberView]:
    """`GET /v1/admin/staff/`"""
    shown = [StaffMemberView.model_validate(member, from_attributes=True) for member in list_members(session)]
    return Page(data=shown, next_cursor=None)
