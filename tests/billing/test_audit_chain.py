"""What was done is written once. Whoever changes, removes, puts in or moves something of it is found out."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.exc import DBAPIError

from billing.invariants import commands_are_audited
from database.audit.canonical import GENESIS
from database.audit.chain import Head, chain
from database.audit.erase import erase_personal
from database.audit.queries import Wanted, list_entries
from database.audit.tables import AuditEntry, AuditLink, AuditPersonal
from database.audit.write import Deed, write_down
from database.engine import Database
from database.operations import stage_command
from schemas.commands import COMMANDS
from tests.billing.chained import MO, Log

THE_THIRD = "(SELECT entry_id FROM audit_links WHERE seq = 3)"
NOT_THE_ONE = "3: entry {3} is not the one that was chained here"
EXPORT = """
    SELECT seq, hash, id, action, actor_kind, actor_id, actor_name, actor_role, account_id, operation_id, said, before,
        after, personal_sha256, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at
    FROM audit_entries JOIN audit_links ON entry_id = audit_entries.id ORDER BY seq
"""


@pytest.fixture
def log(bare_database: Database, as_owner: Engine) -> Iterator[Log]:
    """An empty log."""
    yield Log(bare_database, as_owner)
    bare_database.engine.dispose()


def test_whoever_has_the_entries_computes_the_chain_with_a_few_lines(log: Log) -> None:
    """With nothing of ours but the form that docs/api/audit.md states."""
    log.write(3)
    head = log.chain()
    with log.owner.connect() as connection:
        rows = [dict(row) for row in connection.execute(text(EXPORT)).mappings()]
    previous = "0" * 64
    for place, row in enumerate(rows, 1):
        seq, stored = row.pop("seq"), row.pop("hash")
        said = json.dumps(
            {"seq": seq, "previous": previous, "entry": row},
            sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str,
        )  # fmt: skip
        previous = sha256(said.encode()).hexdigest()
        assert (seq, previous) == (place, stored)
    assert (len(rows), previous) == (3, head.hash)


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE audit_entries SET said = '{}' WHERE id = THE_THIRD", [NOT_THE_ONE]),
        ("UPDATE audit_entries SET created_at = created_at - interval '1 day' WHERE id = THE_THIRD", [NOT_THE_ONE]),
        ("DELETE FROM audit_entries WHERE id = THE_THIRD", ["3: entry {3} is gone"]),
        (
            "DELETE FROM audit_links WHERE seq = 3",
            ["3: there is no link at this place", "entry {3} has no place in the chain and waits for none"],
        ),
        (
            "UPDATE audit_links SET seq = seq + 1000 WHERE seq IN (2, 3);"
            "UPDATE audit_links SET seq = 1005 - seq WHERE seq > 1000",
            [
                "2: entry {3} is not the one that was chained here",
                "3: entry {2} is not the one that was chained here",
                "4: entry {4} is not the one that was chained here",
            ],
        ),
        (
            "UPDATE audit_personal SET content = '{}' WHERE entry_id = THE_THIRD",
            ["3: the personal part of entry {3} is not as it was written"],
        ),
        (
            "DELETE FROM audit_personal WHERE entry_id = THE_THIRD",
            ["3: the personal part of entry {3} is gone, and nobody erased it"],
        ),
    ],
    ids=["changed", "antedated", "removed", "unlinked", "reordered", "personal changed", "personal removed"],
)
def test_each_damage_is_found_where_it_was_done(log: Log, damage: str, found: list[str]) -> None:
    log.write(5)
    log.chain()
    assert log.findings() == []
    with log.database.transaction() as session:
        ids = {str(link.seq): str(link.entry_id) for link in session.scalars(select(AuditLink))}
    for statement in damage.replace("THE_THIRD", THE_THIRD).split(";"):
        log.damage(statement)
    expected = [_filled(sentence, ids) for sentence in found]
    assert log.findings() == expected
    assert log.findings(5, 5) == [each for each in expected if each.startswith("entry ")]


def _filled(sentence: str, ids: dict[str, str]) -> str:
    for seq, entry_id in ids.items():
        sentence = sentence.replace(f"{{{seq}}}", entry_id)
    return sentence


def test_an_entry_put_in_between_has_no_place_there(log: Log) -> None:
    log.write(4)
    log.chain()
    log.damage(
        "INSERT INTO audit_entries (id, created_at, actor_kind, actor_id, account_id, action, said, before, after)"
        " SELECT gen_random_uuid(), created_at, actor_kind, actor_id, account_id, action, '{}', before, after"
        " FROM audit_entries JOIN audit_links ON entry_id = id WHERE seq = 2"
    )
    (found,) = log.findings()
    assert "has no place in the chain and waits for none" in found
    log.damage("UPDATE audit_links SET seq = seq + 1000 WHERE seq > 2")
    log.damage(
        "INSERT INTO audit_links (seq, entry_id, hash) SELECT 3, e.id, repeat('a', 64) FROM audit_entries e"
        " LEFT JOIN audit_links l ON l.entry_id = e.id WHERE l.seq IS NULL"
    )
    log.damage("UPDATE audit_links SET seq = seq - 999 WHERE seq > 1000")
    assert [each.partition(":")[0] for each in log.findings()] == ["3", "4", "5"]


def test_a_chain_that_was_written_anew_is_found_by_a_head_that_was_published(log: Log) -> None:
    log.write(3)
    published = log.chain()
    log.damage("UPDATE audit_entries SET actor_name = 'Jo'")
    log.damage("INSERT INTO audit_unchained SELECT entry_id FROM audit_links")
    log.damage("DELETE FROM audit_links")
    forged = log.chain()
    assert log.findings() == []
    assert log.findings(heads=[published]) == [
        f"3: the published hash is {published.hash}, the chain has {forged.hash}"
    ]
    log.damage("DELETE FROM audit_links WHERE seq = 3")
    assert "the chain has no such link" in log.findings(heads=[published])[0]


def test_commands_write_side_by_side_and_the_chain_has_each_of_them_once(log: Log) -> None:
    """Many chain at the same time, too; one of them does it, and nobody waits."""
    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(log.write, 12)
        for _ in range(20):
            pool.submit(_chain, log)
    assert log.chain() == Head(96, log.chain().hash)
    assert log.findings() == []


def _chain(log: Log) -> None:
    with log.database.transaction() as session:
        chain(session, 10)


def test_what_is_not_committed_yet_gets_a_later_place(log: Log) -> None:
    with log.database.transaction() as slow:
        slow.add(
            AuditEntry(
                id=log.account_id, actor_kind=MO.kind, actor_id=MO.id, action="slow", said={}, before={}, after={}
            )
        )
        slow.flush()
        log.write()
        assert log.chain().seq == 1
    assert log.chain().seq == 2
    with log.database.transaction() as session:
        actions = session.scalars(
            select(AuditEntry.action).join(AuditLink, AuditLink.entry_id == AuditEntry.id).order_by(AuditLink.seq)
        )
        assert list(actions) == ["adjust_credits", "slow"]
    assert log.findings() == []


def test_an_entry_that_vanishes_before_it_is_chained_is_missed_where_it_waited(log: Log) -> None:
    log.write(2)
    log.damage("DELETE FROM audit_unchained")
    assert len(log.findings()) == 2
    log.damage("INSERT INTO audit_unchained SELECT id FROM audit_entries")
    log.damage("UPDATE audit_entries SET created_at = now() - interval '11 minutes'")
    with log.database.transaction() as session:
        (answer,) = commands_are_audited.ask(session)
    assert answer == "2 entries have waited for their place in the chain for over ten minutes"


def test_a_person_is_erased_and_the_chain_is_whole(log: Log) -> None:
    log.write(2)
    head = log.chain()
    with log.database.transaction() as session:
        (entry, _), _ = list_entries(session, Wanted(account_id=log.account_id), None, 10)
        assert (entry.reason, entry.entry.said) == ("she called from 0151 2345", {"amount": 1})
        assert erase_personal(session, log.account_id, MO) == 2
    log.chain()
    assert log.findings(heads=[head]) == []
    with log.database.transaction() as session:
        entries, _ = list_entries(session, Wanted(account_id=log.account_id, action="adjust_credits"), None, 10)
        assert [(each.reason, each.said, each.is_erased) for each in entries] == [
            ("", {"amount": 1}, True), ("", {"amount": 0}, True)
        ]  # fmt: skip
        assert session.scalars(select(AuditPersonal)).all() == []
    with log.owner.connect() as connection:
        dumped = connection.scalar(text("SELECT string_agg(e::text, '') FROM audit_entries e"))
    assert "0151" not in dumped


def test_with_an_account_that_is_deleted_the_words_about_it_go(log: Log) -> None:
    """Whatever is written down about it afterwards, too: its deletion is the entry that says so."""
    log.write(1)
    with log.database.transaction() as session:
        write_down(session, [Deed(MO, "delete_account", log.account_id, said={"typed": "Ada"})])
    log.write(1)
    log.chain()
    with log.database.transaction() as session:
        session.execute(delete(AuditPersonal))
    assert log.findings() == []
    assert "delete_account" in COMMANDS


def test_what_was_said_in_a_command_stays_until_it_is_emptied(log: Log) -> None:
    with log.database.transaction() as session:
        stage_command(session, "consume_credits", {"amount": 5}, "app/shop")
    forged = text("UPDATE operations SET body = '{\"amount\": 6}'")
    with pytest.raises(DBAPIError, match="operations is append-only"), log.database.transaction() as session:
        session.execute(forged)
    with log.database.transaction() as session:
        session.execute(text("UPDATE operations SET body = '{\"erased\": true}'"))


@pytest.mark.parametrize("statement", [
    "UPDATE audit_entries SET action = 'x'",
    "DELETE FROM audit_entries",
    "TRUNCATE audit_entries CASCADE",
    "UPDATE audit_links SET hash = repeat('0', 64)",
    "DELETE FROM audit_links",
    "UPDATE audit_personal SET content = '{}'",
])  # fmt: skip
def test_not_even_the_owner_edits_it_by_accident(log: Log, statement: str) -> None:
    log.write()
    log.chain()
    with pytest.raises(DBAPIError, match="is append-only"), log.owner.begin() as connection:
        connection.execute(text(statement))


def test_before_anything_was_done_the_chain_is_whole(log: Log) -> None:
    assert log.chain() == Head(0, GENESIS)
    assert log.findings() == []
