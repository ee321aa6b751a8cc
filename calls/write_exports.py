"""Write copies of all that is known of accounts: a table at a time, so that whoever waits sees how far it has come."""

import io
import zipfile
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update

from billing.privacy.ask_export import finish_export
from billing.privacy.collect import TABLES, about, as_json, collect
from billing.privacy.tables import AccountExport
from database.outbox import OutboxEntry
from workers import claims
from workers.wiring import Work


def write_exports(work: Work, entry_ids: Sequence[UUID]) -> None:
    """Write each into one file and store it; storing stages the mail that tells of it."""
    for entry in claims.take(work.database, OutboxEntry, entry_ids):
        with claims.attempt(work.database, entry):
            if claims.lease(work.database, entry, claims.LONG_LEASE):
                _write(work, entry)


def _write(work: Work, entry: OutboxEntry) -> None:
    with work.database.transaction() as session:
        export = session.get(AccountExport, entry.subject_id)
    if export is None:  # it went with its account
        claims.finish(work.database, entry, lambda session: None)
        return
    content = _zip(work, export)
    claims.finish(work.database, entry, lambda session: finish_export(session, export.id, content, work.wall().at))


def _zip(work: Work, export: AccountExport) -> bytes:
    """`account.json` has the rows by table, `about.json` what they are kept for; files lie in folders by table."""
    told, file = {}, io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", as_json(about()))
        for done, table in enumerate(TABLES, 1):
            with work.database.transaction() as session:
                part = collect(session, export.account_id, table)
                progress = update(AccountExport).where(AccountExport.id == export.id).values(parts_done=done)
                session.execute(progress)
            told[part.table] = part.rows
            for name, content in part.files.items():
                archive.writestr(name, content)
        archive.writestr("account.json", as_json(told))
    return file.getvalue()
