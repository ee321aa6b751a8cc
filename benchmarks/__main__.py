"""`make bench`: measure each row beside its floor, print them, write benchmarks/latest.json."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.books import books
from benchmarks.captures import captures
from benchmarks.documents import documents
from benchmarks.ingress import ingress
from benchmarks.renewals import renewals
from benchmarks.row import Row

LATEST = Path(__file__).with_name("latest.json")
BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "ingress": ingress,
    "books": books,
    "captures": captures,
    "renewals": renewals,
    "documents": documents,
}


def main(names: Annotated[list[str] | None, typer.Argument(help=f"Any of {', '.join(BENCHMARKS)}.")] = None) -> None:
    """Measure the named benchmarks, or all. Rows measured earlier and not now stay in latest.json."""
    wanted = names or list(BENCHMARKS)
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        raise typer.BadParameter(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    console = Console(stderr=True)
    rows: list[Row] = []
    for name in wanted:
        with console.status(f"measuring {name}"):
            rows += BENCHMARKS[name]()
    Console().print(_table(rows))
    _write(rows)


def _table(rows: list[Row]) -> Table:
    table = Table("name", "value", "unit", "floor", "ratio", "aim")
    for row in rows:
        table.add_row(row.name, f"{row.value:,.1f}", row.unit, f"{row.floor:,.1f}", f"{row.ratio:.2f}", f"{row.aim:g}")
    return table


def _write(rows: list[Row]) -> None:
    known = {row["name"]: row for row in json.loads(LATEST.read_text())} if LATEST.exists() else {}
    known |= {row.name: asdict(row) for row in rows}
    LATEST.write_text(json.dumps(list(known.values()), indent=2) + "\n")


if __name__ == "__main__":
    typer.run(main)
