"""Payments that bear our marks, for books that have forgotten them."""

from collections.abc import Iterator
from datetime import datetime

from gateways.stripe.calls import Calls, window
from gateways.stripe.charges import INTENTS
from gateways.stripe.checkouts import SESSIONS
from gateways.stripe.payments import payment_of_intent, payment_of_session
from gateways.stripe.shapes import attempt_mark, marks_of
from schemas.facts.payments import MarkedPaymentFact


class MarkedPayments(Calls):
    """Lists what we asked for."""

    def list_marked(self, created_after: datetime) -> Iterator[MarkedPaymentFact]:
        """Checkouts that take a payment, then charges of saved cards, each newest first; see MarkedPayments.

        A checkout's intent bears the same marks, and is told with its checkout.
        """
        seen = set()
        expand = ["data.payment_intent", "data.payment_intent.latest_charge"]
        for session in self._all(SESSIONS, window(created_after) | {"expand": expand}):
            if session["mode"] == "payment" and attempt_mark(session):
                seen.add(attempt_mark(session))
                yield MarkedPaymentFact(payment_of_session(session), marks_of(session))
        for intent in self._all(INTENTS, window(created_after) | {"expand": ["data.latest_charge"]}):
            if attempt_mark(intent) and attempt_mark(intent) not in seen:
                yield MarkedPaymentFact(payment_of_intent(intent), marks_of(intent))
