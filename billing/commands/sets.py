"""Commands that come in numbers: those of one kind that arrive together are carried out together."""

from collections.abc import Mapping

from billing.commands import credits, usage
from billing.commands.verb import SetVerb
from schemas.commands.base import Command

SETS: Mapping[type[Command], SetVerb] = {**credits.SETS, **usage.SETS}
