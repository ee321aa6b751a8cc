"""Test clocks."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from schemas.views.base import View


class TestClockView(View):
    """A test clock. While it is advancing, everything up to `target_at` happens in its order; `frozen_at` follows."""

    __test__ = False  # no test case, whatever pytest makes of the name

    id: UUID
    name: str
    frozen_at: datetime
    target_at: datetime
    status: Literal["ready", "advancing"]
    created_at: datetime
