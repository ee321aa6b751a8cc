"""An import contract that is an allow-list: what a room does not name it may not import, so a new room is forbidden.

For import-linter, see `contract_types` in pyproject.toml.
"""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class AllowList(Contract):
    """Direct imports of `rooms`: each other, the standard library, what is `allowed`. A name stands for all below it.

    `unless` lists exceptions as "importer -> imported", each with its reason beside it.
    """

    rooms = fields.ListField(subfield=fields.StringField())
    allowed = fields.ListField(subfield=fields.StringField())
    unless = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import of every module of the rooms."""
        known = [*_names(self.rooms), *_names(self.allowed)]
        imports = [
            (importer, imported)
            for importer in sorted(graph.modules)
            if _is_within(importer, _names(self.rooms))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not _is_within(imported, known) and imported.split(".")[0] not in sys.stdlib_module_names
        ]
        excused = set(_names(self.unless))
        strangers = [pair for pair in imports if " -> ".join(pair) not in excused]
        unused = sorted(excused - {" -> ".join(pair) for pair in imports})
        return ContractCheck(kept=not strangers and not unused, metadata={"strangers": strangers, "unused": unused})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line per import that nobody allowed, and per exception that nobody needs."""
        metadata: dict[str, Any] = check.metadata
        for importer, imported in metadata["strangers"]:
            output.print_error(f"{importer} imports {imported}, which its room does not name", bold=False)
        for exception in metadata["unused"]:
            output.print_error(f"nothing needs the exception {exception}", bold=False)


def _names(field: Any) -> list[str]:
    """What a field holds by the time of a check: a list, or nothing."""
    return list(field or ())


def _is_within(module: str, names: list[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)
