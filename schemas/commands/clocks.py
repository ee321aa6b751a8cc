"""Commands about test clocks."""

from uuid import UUID

from schemas.commands.base import Command
from schemas.instants import Instant
from schemas.names import GatewayName, Name
from schemas.views.clocks import TestClockView


class CreateTestClock(Command):
    """A clock that stands at an instant until it is advanced. Only while the sandbox or a test key is in use."""

    kind = "create_test_clock"
    permission = "clocks:write"
    result_view = TestClockView

    name: Name
    frozen_at: Instant
    gateway: GatewayName | None = None


class AdvanceTestClock(Command):
    """Turn a test clock forward. Everything that falls due on the way happens in its order."""

    kind = "advance_test_clock"
    permission = "clocks:write"
    result_view = TestClockView

    test_clock_id: UUID
    frozen_at: Instant


COMMANDS: tuple[type[Command], ...] = (CreateTestClock, AdvanceTestClock)
