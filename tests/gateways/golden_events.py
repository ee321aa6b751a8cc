"""Events as Stripe sends them, by API version, written by hand after its reference."""

import json
from pathlib import Path
from typing import Any

VERSION_NEW = "2026-10-28.endive"
VERSION_OLD = "2020-08-27"
GOLDEN = Path(__file__).parent / "golden"
GOLDEN_FILES = sorted(GOLDEN.glob("*/*.json"))


def golden_name(path: Path) -> str:
    """How a golden file is called in a test's name."""
    return f"{path.parent.name}/{path.stem}"


def golden_event(version: str, event_type: str) -> dict[str, Any]:
    """A golden event, to be changed at will."""
    event: dict[str, Any] = json.loads((GOLDEN / version / f"{event_type}.json").read_text())
    return event


def golden_object(version: str, event_type: str) -> dict[str, Any]:
    """The object that a golden event carries."""
    carried: dict[str, Any] = golden_event(version, event_type)["data"]["object"]
    return carried
