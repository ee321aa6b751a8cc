"""Which Python files are ours."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# rooms that only watch the others
WATCHERS = ("tests", "benchmarks", "tools")


def rooms() -> list[str]:
    """The packages at the root, without those that only watch."""
    return sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in WATCHERS)


def files(*folders: str) -> Iterator[Path]:
    """Every module in these folders, or in all rooms, relative to the root; with all rooms also those at the root."""
    for folder in folders or rooms():
        yield from sorted(path.relative_to(ROOT) for path in (ROOT / folder).rglob("*.py"))
    if not folders:
        yield from sorted(path.relative_to(ROOT) for path in ROOT.glob("*.py"))
