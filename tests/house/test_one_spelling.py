"""One word has one spelling: a subscription is canceled, as gateways and our own states say it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = frozenset({".py", ".md", ".html", ".txt", ".sql", ".json"})
# asyncio spells it the other way, and so does PayPal, in capitals
OTHERWISE = re.compile(r"[Cc]ancell(?:ed|ing)(?!Error|\(\))")


def test_canceled_is_spelt_one_way() -> None:
    rooms = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
    files = [*ROOT.glob("*.*"), *(path for room in rooms for path in room.rglob("*"))]
    texts = [path for path in files if path.suffix in SUFFIXES and path != Path(__file__)]
    assert len(texts) > 500
    assert [str(path) for path in texts if OTHERWISE.search(path.read_text(encoding="utf-8"))] == []
