"""An import contract that is an allow-list: what a room does not name it may not import, so a new room is forbidden.

For import-linter, see `contract_types` in pyproject.toml.
"""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class AllowList(Contract):
    """Direct imports of `rooms`: each other, the standard library, what is `allowed`.

    A name stands for all below it, and a `*` in one for any one word: `billing.*.queries`.
    `unless` lists exceptions as "importer -> imported", each with its reason beside it.
    """

    rooms = fields.ListField(subfield=fields.StringField())
    allowed = fields.ListField(subfield=fields.StringField())
    unless = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import of every module of the rooms."""
        known = [*_names(self.rooms), *_names(self.allowed)]
        imports = [
            f"{importer} -> {imported}"
            for importer in sorted(graph.modules)
            if _is_within(importer, _names(self.rooms))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not _is_within(imported, known) and imported.split(".")[0] not in sys.stdlib_module_names
        ]
        excused = _names(self.unless)
        strangers = [each for each in imports if not any(_fits(each, pattern) for pattern in excused)]
        unused = [pattern for pattern in excused if not any(_fits(each, pattern) for each in imports)]
        return ContractCheck(kept=not strangers and not unused, metadata={"strangers": strangers, "unused": unused})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line per import that nobody allowed, and per exception that nobody needs."""
        metadata: dict[str, Any] = check.metadata
        for stranger in metadata["strangers"]:
            output.print_error(f"{stranger}, which its room does not name", bold=False)
        for exception in metadata["unused"]:
            output.print_error(f"nothing needs the exception {exception}", bold=False)


def _names(field: Any) -> list[str]:
    """What a field holds by the time of a check: a list, or nothing."""
    return list(field or ())


def _is_within(module: str, names: list[str]) -> bool:
    words = module.split(".")
    return any(_fits(".".join(words[: name.count(".") + 1]), name) for name in names)


def _fits(text: str, pattern: str) -> bool:
    """Whether each word of the text is that of the pattern, or the pattern has a `*` there."""
    words, wanted = text.split("."), pattern.split(".")
    return len(words) == len(wanted) and all(want in ("*", word) for word, want in zip(words, wanted, strict=True))
