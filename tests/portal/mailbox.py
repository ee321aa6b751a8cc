"""What people find in their mail, made as a worker makes it."""

from dataclasses import dataclass

from sqlalchemy import select

from billing.callers.ask_to_sign_in import SIGN_IN
from billing.callers.tables import SignIn
from billing.clocks.wall import Wall
from billing.notices.letterhead import Letterhead
from billing.notices.letters import LETTERS
from billing.notices.occasion import Moot, Occasion
from database.outbox import OutboxEntry
from schemas.account_facts import SignInFacts
from schemas.documents import PartyFacts
from workers.wiring import Work

PORTAL = "https://account.example"


@dataclass(frozen=True)
class Mailbox:
    """Mails to sign in, made as a worker makes them."""

    work: Work

    def newest(self, email: str) -> SignInFacts | None:
        """What the last mail says that was asked for with this address; None where none is sent."""
        with self.work.database.transaction() as session:
            asked = select(SignIn.id).where(SignIn.email == email).order_by(SignIn.created_at.desc()).limit(1)
            of_it = select(OutboxEntry).where(OutboxEntry.subject_id == session.scalars(asked).one())
            entry = session.scalars(of_it).one()
            assert entry.topic == SIGN_IN
            letterhead = Letterhead(PartyFacts("Example"), "", "", {}, str, portal_public_url=PORTAL)
            occasion = Occasion(entry.subject_id, entry.cause, letterhead, Wall(entry.created_at), entry.topic)
            try:
                facts = LETTERS[entry.topic](session, occasion)
            except Moot:
                return None
            assert facts.buyer.email == email
            return facts.sign_in

    def of(self, email: str) -> SignInFacts:
        """The same where there is one."""
        found = self.newest(email)
        assert found is not None
        return found
