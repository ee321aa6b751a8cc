"""A command has five parts; here is told which of them a new one lacks."""

import importlib
import pkgutil
from collections.abc import Iterator

from billing.commands.verbs import VERBS
from calls.run_command import CALLS
from ingress.entries import named_entries
from ingress.entries.entry import AtGateway, Entry, Says
from schemas import commands
from schemas.commands import COMMANDS
from schemas.commands.base import Command
from tests.reference import DOCS

TABLE = (DOCS / "api" / "routes.md").read_text(encoding="utf-8")


def _entries_of(command: type[Command]) -> list[Entry]:
    return [
        entry
        for entry in named_entries()
        if isinstance(entry.does, Says | AtGateway) and command in entry.does.commands
    ]


def _missing(command: type[Command]) -> list[str]:
    parts = {
        "a place in COMMANDS of schemas/commands": COMMANDS.get(command.kind) is command,
        "a verb in billing/commands/, or a call in calls/run_command.py": command in VERBS or command in CALLS,
        "an entry in ingress/entries/": _entries_of(command) != [],
        "a row in docs/api/routes.md, which `make routes` writes": f"`{command.kind}`" in TABLE,
    }
    return [part for part, is_there in parts.items() if not is_there]


def _written() -> Iterator[type[Command]]:
    for place in pkgutil.iter_modules(commands.__path__, f"{commands.__name__}."):
        for found in vars(importlib.import_module(place.name)).values():
            if isinstance(found, type) and issubclass(found, Command) and "kind" in vars(found):
                yield found


def test_every_command_has_all_its_parts() -> None:
    lacking = {command.__name__: _missing(command) for command in _written() if _missing(command)}
    assert len(list(_written())) > 15
    assert lacking == {}


def test_of_a_command_that_is_only_a_class_every_part_is_told() -> None:
    class PlantTree(Command):
        """Not in the house."""

        kind = "plant_tree"
        permission = "accounts:write"

    assert len(_missing(PlantTree)) == 4
