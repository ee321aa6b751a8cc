"""Commands of operators about providers. What is secret is set at the command line alone: no operation has any."""

from typing import Annotated

from pydantic import StringConstraints

from schemas.commands.base import Command
from schemas.views.providers import SwitchedProviderView

ProviderName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class OfProvider(Command):
    """Base of those about one provider."""

    provider: ProviderName


class EnableProvider(OfProvider):
    """Call a provider again, and do what waited for it."""

    kind = "enable_provider"
    permission = "providers:write"
    result_view = SwitchedProviderView


class DisableProvider(OfProvider):
    """Call a provider no more; what has to be asked of it waits, however long. Its webhooks are still taken."""

    kind = "disable_provider"
    permission = "providers:write"
    result_view = SwitchedProviderView


COMMANDS: tuple[type[Command], ...] = (EnableProvider, DisableProvider)
