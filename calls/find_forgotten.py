"""Find out what gateways and sent e-mails know that books restored from a backup have forgotten."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from billing.errors import NotConnected
from billing.invoices.rules import month_and_counter
from billing.payments.queries import is_used
from database.last_sign import last_sign_of_workers
from gateways.gateway import Capability, Gateway
from schemas.documents import SentEmail
from schemas.facts.payments import MarkedPaymentFact
from workers.wiring import Work

# Clocks differ, and the last sign of life is a little older than the last thing that was done.
LOOKED_BACK = timedelta(hours=1)
# where nothing tells how old the books are: what gateways list of the past
LOOKED_BACK_MAX = timedelta(days=30)

Say = Callable[[str], None]
Numbered = tuple[date, int]


@dataclass(frozen=True, slots=True)
class Found:
    """What the outside world knows since then: payments, the oldest first, and the receipts that were sent.

    `numbers` are all invoice numbers that were ever seen outside, as (month, counter).
    """

    since: datetime
    payments: Sequence[MarkedPaymentFact]
    receipts: Mapping[str, SentEmail]
    numbers: frozenset[Numbered]

    def receipt_of(self, marked: MarkedPaymentFact) -> SentEmail | None:
        """The e-mail about the invoice that a payment paid."""
        return self.receipts.get(marked.marks.invoice_id)

    def number_of(self, marked: MarkedPaymentFact) -> Numbered | None:
        """Under which number that invoice was given, as far as anybody has seen it."""
        receipt = self.receipt_of(marked)
        return month_and_counter(marked.marks.invoice_number or (receipt.invoice_number if receipt else ""))


def find_forgotten(work: Work, since: datetime | None, say: Say) -> Found:
    """Call: everything since then; by default since the last sign of life in the books. Writes nothing."""
    begin = since or _last_sign(work)
    say(f"looking for what was done since {begin:%Y-%m-%d %H:%M} UTC")
    payments: list[MarkedPaymentFact] = []
    for gateway in _connected(work):
        if gateway.can(Capability.MARKED_PAYMENTS):
            listed = list(gateway.marked_payments.list_marked(begin))
            say(f"{gateway.name} has {len(listed)} payments that bear our mark")
            payments += listed
    emails = [email for email in work.email.list_sent(begin) if email.invoice_number]
    say(f"{len(emails)} e-mails about invoices were sent")
    return Found(
        since=begin,
        payments=sorted(payments, key=came_at),
        receipts={email.invoice_id: email for email in emails if email.invoice_id},
        numbers=frozenset(_numbers(payments, emails)),
    )


def _connected(work: Work) -> list[Gateway]:
    """Raises NotConnected for one that cannot be asked, unless others can and it was never used."""
    connected, missing = [], dict[str, NotConnected]()
    for name in work.gateways:
        try:
            connected.append(work.gateway(name))
        except NotConnected as error:
            missing[name] = error
    for name, reason in missing.items():
        with work.database.transaction() as session:
            if not connected or is_used(session, name):
                raise reason
    return connected


def came_at(marked: MarkedPaymentFact) -> datetime:
    """When the money came; what has not come yet is the last."""
    return marked.payment.paid_at or datetime.max.replace(tzinfo=UTC)


def _last_sign(work: Work) -> datetime:
    with work.database.transaction() as session:
        last = last_sign_of_workers(session)
    return last - LOOKED_BACK if last else work.wall().at - LOOKED_BACK_MAX


def _numbers(payments: Sequence[MarkedPaymentFact], emails: Sequence[SentEmail]) -> Iterator[Numbered]:
    told = [*(each.marks.invoice_number for each in payments), *(email.invoice_number for email in emails)]
    return (number for text in told if (number := month_and_counter(text)) is not None)
