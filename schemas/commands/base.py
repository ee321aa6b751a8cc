"""What every command is."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Command(BaseModel):
    """Base of all commands: frozen, strict about fields, knows its kind and the scope its caller needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    scope: ClassVar[str]
    body_bytes_max: ClassVar[int] = 64 * 1024
