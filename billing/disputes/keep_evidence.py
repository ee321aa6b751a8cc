"""Keep what speaks for us in a dispute, as it was written last."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.disputes.tables import DisputeEvidence


def keep_evidence(session: Session, dispute_id: UUID, content: bytes, now: datetime) -> None:
    """Store the PDF; what was written when a bank only asked makes way for what is known when it took the money."""
    kept = {"content": content, "written_at": now}
    row = insert(DisputeEvidence).values(dispute_id=dispute_id, **kept)
    session.execute(row.on_conflict_do_update(index_elements=["dispute_id"], set_=kept))
