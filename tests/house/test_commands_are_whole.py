"""A command has five parts; here is told which of them a new one lacks."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from billing.commands.verbs import VERBS
from calls.run_command import CALLS
from ingress.routes import Parts, routes
from schemas import commands
from schemas.commands import COMMANDS
from schemas.commands.base import Command
from tests.reference import REFERENCE

KIND_ROW = re.compile(r"^\| `([a-z_]+)` \| `(/v1/\S+)` \|$", re.MULTILINE)
Endpoint = Callable[..., Any]


class Recorder:
    """Stands in the place of everybody who answers, and remembers which commands have a route."""

    def __init__(self) -> None:
        self.taken: set[type[Command]] = set()

    def taking(self, command_class: type[Command]) -> Endpoint:
        self.taken.add(command_class)
        return self.answer

    def about(self, _id_field: str, command_class: type[Command]) -> Endpoint:
        return self.taking(command_class)

    def at_gateway(self, by_field: Mapping[str, type[Command]]) -> Endpoint:
        for command_class in by_field.values():
            self.taking(command_class)
        return self.answer

    def __getattr__(self, _name: str) -> Endpoint:
        return lambda *_arguments: self.answer

    async def answer(self, *_arguments: Any) -> None:
        raise AssertionError("nobody is asked")


def _routed() -> set[type[Command]]:
    recorder: Any = Recorder()
    everybody = {part.name: recorder for part in fields(Parts)} | {"webhooks": {}}
    routes(Parts(**everybody))
    taken: set[type[Command]] = recorder.taken
    return taken


def _missing(command: type[Command]) -> list[str]:
    parts = {
        "a place in COMMANDS of schemas/commands": COMMANDS.get(command.kind) is command,
        "a verb in billing/commands/, or a call in calls/run_command.py": command in VERBS or command in CALLS,
        "a route in ingress/routes.py": command in _routed(),
        "a row in the table of kinds of docs/api.md": command.kind in dict(KIND_ROW.findall(REFERENCE)),
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
        scope = "accounts:write"

    assert len(_missing(PlantTree)) == 4


def test_the_table_of_kinds_names_commands_and_paths_that_there_are() -> None:
    headings = set(re.findall(r"^##+ `POST (\S+)`$", REFERENCE, re.MULTILINE))
    kinds = dict(KIND_ROW.findall(REFERENCE))
    assert set(kinds) == set(COMMANDS)
    assert set(kinds.values()) <= headings
