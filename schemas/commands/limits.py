"""Commands about limits."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, Strict, model_validator

from schemas.commands.base import Command
from schemas.instants import Instant
from schemas.json_shapes import has

Counted = Annotated[int, Strict(), Field(ge=0, le=1_000_000_000)]


class ReportCounts(Command):
    """How many sites and users an account has, as the product has counted them at an instant: absolute numbers."""

    kind = "report_counts"
    permission = "limits:report"

    account_id: UUID
    counted_at: Instant
    sites: Counted | None = None
    users: Counted | None = None

    model_config = ConfigDict(json_schema_extra={"anyOf": [has("sites", "integer"), has("users", "integer")]})

    @model_validator(mode="after")
    def _says_something(self) -> "ReportCounts":
        if self.sites is None and self.users is None:
            raise ValueError("must have sites, or users")
        return self


COMMANDS: tuple[type[Command], ...] = (ReportCounts,)
