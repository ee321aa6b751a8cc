"""`cashbeat audit`: what was done, and whether the record of it is whole."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.audit.canonical import canonical, content_of, instant
from database.audit.chain import Head, read_head
from database.audit.queries import Wanted, Whole, find_entry, list_entries
from database.audit.verify import Finding, beside_the_chain, compare, verify
from settings import Settings
from stack.errors import StackError
from stack.printable import printable_line
from stack.sessions import reading, transaction, url_to_read


def list_newest(settings: Settings, wanted: Wanted, limit: int) -> list[str]:
    """A line per entry, the newest last, as in a log. Raises StackError without a database."""
    with reading(settings) as opened:
        entries, _ = list_entries(opened, wanted, None, limit)
        return [_line(each) for each in reversed(entries)]


def show(settings: Settings, entry_id: UUID) -> list[str]:
    """All of an entry, and last what its link hashes. Raises StackError when there is none with this id."""
    with reading(settings) as opened:
        found = find_entry(opened, entry_id)
        if found is None:
            raise StackError(f"there is no audit entry {entry_id}; `cashbeat audit list` shows them")
        return list(_shown(found))


def head(settings: Settings) -> str:
    """The last link, as `verify` takes it back. Raises StackError without a database."""
    with reading(settings) as opened:
        last = read_head(opened)
        return json.dumps({"seq": last.seq, "hash": last.hash})


def prove(
    settings: Settings, first: int, last: int | None, heads: Path | None, say: Callable[[str], None]
) -> list[Finding]:
    """Everything that is not as it was written, which is nothing. Raises StackError for a file without heads.

    It changes nothing, and may take minutes: a thousand entries and more in a second.
    """
    published = read_heads(heads) if heads is not None else []
    url = url_to_read(settings)
    with reading(settings) as opened:
        end = read_head(opened).seq
    say(f"the chain has {end} links")
    with transaction(url) as opened:
        opened.execute(text("SET TRANSACTION READ ONLY"))
        found = [*_chain(opened, first, last, say), *compare(opened, published), *beside_the_chain(opened)]
    if published:
        say(f"{len(published)} published heads were compared")
    return found


def read_heads(path: Path) -> list[Head]:
    """One per line that has a `seq` and a `hash`, as `cashbeat audit head` and the log's `audit_head` do."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StackError(f"{path} cannot be read: {error}") from error
    heads = [each for line in lines if (each := _head_in(line)) is not None]
    if not heads:
        raise StackError(f"{path} has no line with a seq and a hash")
    return heads


def _head_in(line: str) -> Head | None:
    try:
        said = json.loads(line)
        return Head(int(said["seq"]), str(said["hash"])) if int(said["seq"]) > 0 else None
    except (ValueError, TypeError, KeyError):
        return None


def _chain(opened: Session, first: int, last: int | None, say: Callable[[str], None]) -> Iterator[Finding]:
    for progress in verify(opened, first, last):
        yield from progress.findings
        say(f"proved up to {progress.seq}")


def _line(whole: Whole) -> str:
    entry = whole.entry
    seq = whole.link.seq if whole.link else "-"
    who = f"{entry.actor_kind} {entry.actor_name or entry.actor_id}"
    about = f"account {entry.account_id}" if entry.account_id else ""
    parts = (_time(entry.created_at), str(entry.id), str(seq), who, entry.action, about, whole.reason)
    return printable_line("  ".join(part for part in parts if part))


def _shown(whole: Whole) -> Iterator[str]:
    entry, link = whole.entry, whole.link
    yield _line(whole)
    if entry.operation_id:
        yield f"  operation {entry.operation_id}"
    for name, fields in (("said", whole.said), ("before", whole.before), ("after", whole.after)):
        yield printable_line(f"  {name} {json.dumps(fields, sort_keys=True)}")
    if whole.is_erased:
        yield "  what was personal of it is erased"
    if link is None:
        yield "  it waits for its place in the chain"
        return
    yield f"  link {link.seq}, chained {instant(link.chained_at)}, hash {link.hash}"
    yield f"  hashed: {canonical(content_of(entry)).decode()}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
