"""What every command is."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from schemas.views.base import View


class Command(BaseModel):
    """Base of all commands: frozen, strict about fields, knows its kind and what its caller must be permitted.

    Those `in_sets` come in numbers: what arrives together is carried out together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    permission: ClassVar[str]
    in_sets: ClassVar[bool] = False
    # small enough that a set takes along whatever else of it is due
    is_taken_along: ClassVar[bool] = False
    # the `result` of its operation
    result_view: ClassVar[type[View] | None] = None
    body_bytes_max: ClassVar[int] = 64 * 1024
    # what it is about is named by a token that nobody can guess: whoever has it may say so, whoever else they are
    is_by_token: ClassVar[bool] = False
    # It begins or uses something: refused while its account is suspended. What pays, ends, corrects or tells goes on.
    begins: ClassVar[bool] = False
    # What the door draws by itself, and no caller says: a repeat draws others, and is the same command all the same.
    drawn: ClassVar[frozenset[str]] = frozenset()
    # the field that names the user who says it: of a user's own command it is always themselves
    caller_field: ClassVar[str] = ""
    # and the one, drawn, that says in which role the door found that user
    caller_role_field: ClassVar[str] = ""
    # thousands a second by a machine: its operation, which nobody can change or remove either, is the entry
    is_own_audit: ClassVar[bool] = False

    @property
    def needs_also(self) -> tuple[str, ...]:
        """Permissions that its caller needs besides, for what stands in it."""
        return ()
