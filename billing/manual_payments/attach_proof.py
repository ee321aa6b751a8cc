"""A customer proves a payment that was claimed, with a file. It is kept as it came, and never drawn by us."""

import hashlib
from uuid import UUID

from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.manual_payments.queries import lock_claim
from billing.manual_payments.states import check_undecided
from billing.manual_payments.tables import PaymentClaim, PaymentProof
from schemas.proofs import media_type_of


def attach_proof(session: Session, claim_id: UUID, content: bytes) -> PaymentClaim:
    """Keep it, once. From then on the claim is another than was shown before: what was seen of it is stale.

    Raises Rejected `claim_not_found`, `claim_decided`, `proof_exists`, and `proof_unknown` for no PDF, PNG or JPEG.
    """
    claim, media_type = lock_claim(session, claim_id), media_type_of(content)
    check_undecided(claim)
    if claim.proof_sha256:
        raise Rejected("proof_exists", "This claim has a proof already; withdraw it and claim anew.", status=409)
    if media_type is None:
        raise Rejected("proof_unknown", "A proof is a PDF, a PNG or a JPEG.")
    claim.proof_sha256 = hashlib.sha256(content).hexdigest()
    session.add(PaymentProof(claim_id=claim.id, media_type=media_type, content=content))
    session.flush()
    return claim
