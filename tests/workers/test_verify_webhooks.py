"""What the door could not check is checked by a worker: genuine it goes on like any other, else it is gone."""

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from billing.errors import Rejected, Unavailable
from calls.verify_webhooks import verify_webhooks
from database.inbox import InboxEvent
from database.memory import ATTEMPTS_MAX, WorkState, ready_again
from database.turns import WAIT_SECONDS
from database.unverified import GatewayCertificate, UnverifiedEvent, keep_certificate, list_certificates
from database.webhook_findings import read_findings
from gateways.envelope import Unchecked
from gateways.gateway import Gateway
from gateways.paypal.certificates import BASES
from gateways.paypal.checks import PayPalChecks
from gateways.paypal.door import open_door
from gateways.paypal.events import read_envelope
from ingress.unverified_store import UncheckedArrival, UnverifiedStore
from tests.gateways.forging import forge
from tests.gateways.paypal_side import WEBHOOK_ID, Headers, PayPalSide, event, replaced
from tests.logins import as_door
from tests.toy_vendor.limits import LIMITS
from tests.toy_vendor.vendor import translate
from tests.workers.hands import equip, equip_many
from workers.upkeep import forget_old, ring_again
from workers.wiring import Work

SIXTEEN = 16


class Places:
    """Where certificates lie, counting who asks."""

    def __init__(self) -> None:
        self.found: dict[str, bytes | Exception] = {}
        self.asked: list[str] = []
        self.takes_seconds = 0.0

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        time.sleep(self.takes_seconds)
        there = self.found.get(url, Rejected("certificate_refused", "There is none."))
        if isinstance(there, Exception):
            raise there
        return there


class Word:
    """PayPal's own, about each event."""

    def __init__(self) -> None:
        self.says = "SUCCESS"
        self.asked: list[bytes] = []

    def __call__(self, path: str, body: bytes) -> Mapping[str, Any]:
        self.asked.append(body)
        return {"verification_status": self.says}


@pytest.fixture
def places(signer: PayPalSide) -> Places:
    found = Places()
    found.found[signer.url] = signer.pem
    return found


@pytest.fixture
def word() -> Word:
    return Word()


def values_of(signer: PayPalSide, **values: object) -> dict[str, Any]:
    return {
        "environment": "sandbox",
        "api_base": "",
        "trust_file": signer.authority.trust_file,
        "webhook_secrets": (SecretStr(WEBHOOK_ID),),
        "certificates": {},
        "webhook_verification": "offline",
        **values,
    }


def with_paypal(work: Work, signer: PayPalSide, places: Places, word: Word) -> Work:
    checks = PayPalChecks(values_of(signer), word, places)
    gateway = Gateway("paypal", LIMITS, read_envelope, translate, offers_signature_checks=checks)
    return replace(work, gateways={"paypal": gateway})


@pytest.fixture
def checker(database_url: str, broker_url: str, signer: PayPalSide, places: Places, word: Word) -> Iterator[Work]:
    work = with_paypal(equip(database_url, broker_url), signer, places, word)
    yield work
    work.database.engine.dispose()


@dataclass
class Door:
    """Stores what it cannot check, as the real one does."""

    stores: UnverifiedStore
    signer: PayPalSide

    def store(self, body: bytes, headers: Headers, **values: object) -> UUID:
        """A delivery; `values` are settings of the door."""
        opened = open_door(values_of(self.signer, **values))
        found = opened.read(body, headers, self.signer.now.timestamp())
        assert isinstance(found, Unchecked)
        envelope, noted = found.envelope, json.dumps(found.evidence).encode()
        named = envelope.transmission_id, envelope.event_id, envelope.event_type
        [row_id] = self.stores.write([UncheckedArrival("paypal", *named, body, found.certificate_url, noted)])
        assert isinstance(row_id, UUID)
        return row_id

    def stored(self, name: str = "WH-1", by: PayPalSide | None = None, **others: str) -> UUID:
        """A genuine one, unless another signs it; `others` are headers that are said instead."""
        body = event(name)
        return self.store(body, (by or self.signer).headers(body, WEBHOOK_ID, 0, **others))


@pytest.fixture
def unsure_door(database_url: str, signer: PayPalSide) -> Iterator[Door]:
    stores = UnverifiedStore(as_door(database_url))
    yield Door(stores, signer)
    stores.close()


def inbox(work: Work) -> list[str]:
    with work.database.transaction() as session:
        return list(session.scalars(select(InboxEvent.event_id).order_by(InboxEvent.event_id)))


def waiting(work: Work) -> list[UnverifiedEvent]:
    with work.database.transaction() as session:
        return list(session.scalars(select(UnverifiedEvent)))


def due_again(work: Work) -> None:
    """The wait is over."""
    with work.database.transaction() as session:
        session.execute(update(UnverifiedEvent).values(next_attempt_at=func.now()))


def test_a_genuine_event_goes_into_the_inbox_and_its_certificate_becomes_known(
    checker: Work, unsure_door: Door, signer: PayPalSide, places: Places
) -> None:
    verify_webhooks(checker, [unsure_door.stored()])
    assert (inbox(checker), waiting(checker), places.asked) == (["WH-1"], [], [signer.url])
    with checker.database.transaction() as session:
        assert list_certificates(session) == {"paypal": {signer.url: signer.pem.decode()}}
    verify_webhooks(checker, [unsure_door.stored("WH-2")])
    assert (inbox(checker), places.asked) == (["WH-1", "WH-2"], [signer.url])


def test_it_is_byte_for_byte_what_came(checker: Work, unsure_door: Door, signer: PayPalSide) -> None:
    body = event("WH-1", summary='"“ \\u0000 \\ naïve 😀')
    verify_webhooks(checker, [unsure_door.store(body, signer.headers(body, transmission_id="t-1"))])
    with checker.database.transaction() as session:
        row = session.scalars(select(InboxEvent)).one()
    assert (row.body.encode(), row.transmission_id, row.state) == (body, "t-1", WorkState.READY)


def test_a_forged_one_is_gone_with_a_word_in_the_log(checker: Work, unsure_door: Door, signer: PayPalSide) -> None:
    body = event("WH-1")
    headers = signer.headers(body)
    forged = [
        unsure_door.store(body.replace(b'"COMPLETED"', b'"REFUNDED!"'), headers),
        unsure_door.stored("WH-2", transmission_sig="AAAA"),
    ]
    with capture_logs() as told:
        verify_webhooks(checker, forged)
    assert (inbox(checker), waiting(checker)) == ([], [])
    refused = [line for line in told if line["event"] == "webhooks_refused"]
    assert [(line["reason"], line["count"]) for line in refused] == [("signature_refused", 1)] * 2
    assert sorted(line["event_ids"] for line in refused) == [["WH-1"], ["WH-2"]]
    with checker.database.transaction() as session:
        assert read_findings(session)["paypal"].refused == 2, "and it is counted, for the door was told nothing of it"


def test_where_no_certificate_lies_nobody_looks_twice_within_a_minute(
    checker: Work, unsure_door: Door, signer: PayPalSide, places: Places
) -> None:
    nowhere = f"{BASES['sandbox'][0]}/v1/notifications/certs/CERT-0"
    verify_webhooks(checker, [unsure_door.stored(f"WH-{number}", cert_url=nowhere) for number in range(5)])
    verify_webhooks(checker, [unsure_door.stored(f"WH-{number}", cert_url=nowhere) for number in range(5)])
    assert (inbox(checker), waiting(checker), places.asked) == ([], [], [nowhere])
    with checker.database.transaction() as session:
        session.execute(update(GatewayCertificate).values(valid_until=GatewayCertificate.valid_until - timedelta(60)))
    verify_webhooks(checker, [unsure_door.stored(cert_url=nowhere)])
    assert len(places.asked) == 2


def test_what_is_signed_by_one_that_is_not_trusted_waits_and_in_the_end_for_a_person(
    checker: Work, unsure_door: Door, places: Places, tmp_path: Path, signer: PayPalSide, word: Word
) -> None:
    """It lies at PayPal's, and its key has signed the event: whom this machine trusts a person has to look at."""
    untrusted = PayPalSide(tmp_path)
    places.found[untrusted.url] = untrusted.pem
    row_id = unsure_door.stored(by=untrusted)
    for _ in range(ATTEMPTS_MAX):
        due_again(checker)
        verify_webhooks(checker, [row_id])
    [row] = waiting(checker)
    assert (row.state, inbox(checker), places.asked) == (WorkState.PARKED, [], [untrusted.url])
    assert row.error == (
        f"the certificate at {untrusted.url} is not trusted: no chain leads from it to what is trusted here"
    )
    trusting = with_paypal(checker, untrusted, places, word)
    with checker.database.transaction() as session:
        session.execute(update(UnverifiedEvent).values(ready_again()))
    verify_webhooks(trusting, [row_id])
    assert (inbox(checker), waiting(checker)) == (["WH-1"], [])


def test_whoever_names_one_that_is_not_trusted_and_has_not_its_key_takes_no_place_of_those_that_wait(
    checker: Work, unsure_door: Door, places: Places, tmp_path: Path, signer: PayPalSide
) -> None:
    """As an old one of PayPal's, whose address everybody knows."""
    untrusted = PayPalSide(tmp_path)
    places.found[untrusted.url] = untrusted.pem
    verify_webhooks(checker, [unsure_door.stored(f"WH-{number}", cert_url=untrusted.url) for number in range(5)])
    assert (inbox(checker), waiting(checker), places.asked) == ([], [], [untrusted.url])


def test_a_door_that_learns_of_one_that_is_not_trusted_lets_nobody_in_by_it(
    checker: Work, unsure_door: Door, places: Places, tmp_path: Path
) -> None:
    untrusted = PayPalSide(tmp_path)
    places.found[untrusted.url] = untrusted.pem
    verify_webhooks(checker, [unsure_door.stored(by=untrusted)])
    with checker.database.transaction() as session:
        known = list_certificates(session)["paypal"]
    assert known == {untrusted.url: untrusted.pem.decode()}
    body = event("WH-2")
    assert unsure_door.store(body, untrusted.headers(body), certificates=known), "it waits apart like the first one"


def test_while_the_certificate_cannot_be_fetched_events_wait_and_come_through_later(
    checker: Work, unsure_door: Door, signer: PayPalSide, places: Places
) -> None:
    places.found[signer.url] = Unavailable("not now")
    row_id = unsure_door.stored()
    verify_webhooks(checker, [row_id])
    [row] = waiting(checker)
    assert (row.state, row.attempts, inbox(checker)) == (WorkState.READY, 1, [])
    places.found[signer.url] = signer.pem
    due_again(checker)
    verify_webhooks(checker, [row_id])
    assert (inbox(checker), waiting(checker)) == (["WH-1"], [])


def test_a_settings_change_leads_no_worker_elsewhere_and_throws_nothing_away(
    checker: Work, unsure_door: Door, signer: PayPalSide, places: Places
) -> None:
    """The door took it under other settings than the worker has."""
    live = f"{BASES['live'][0]}/v1/notifications/certs/CERT-0"
    body = event("WH-1")
    headers = replaced(signer.headers(body), "paypal-cert-url", live.encode())
    verify_webhooks(checker, [unsure_door.store(body, headers, environment="live")])
    [row] = waiting(checker)
    assert (row.state, inbox(checker), places.asked) == (WorkState.READY, [], [])
    assert (row.error or "").startswith(f"{live} is not where")


def test_sixteen_at_once_fetch_it_once_however_long_that_takes(
    database_url: str, broker_url: str, unsure_door: Door, signer: PayPalSide, places: Places, word: Word
) -> None:
    many = with_paypal(equip_many(database_url, broker_url), signer, places, word)
    ids = [unsure_door.stored(f"WH-{number}") for number in range(SIXTEEN)]
    places.takes_seconds = WAIT_SECONDS + 1
    with ThreadPoolExecutor(SIXTEEN) as workers:
        list(workers.map(lambda row_id: verify_webhooks(many, [row_id]), ids))
    assert places.asked == [signer.url]
    due_again(many)
    verify_webhooks(many, ids)
    assert (len(inbox(many)), waiting(many), places.asked) == (SIXTEEN, [], [signer.url])
    many.database.engine.dispose()


def test_a_transmission_that_is_in_the_inbox_brings_no_other_event_there(
    checker: Work, unsure_door: Door, signer: PayPalSide
) -> None:
    body = event("WH-1")
    headers = signer.headers(body)
    verify_webhooks(checker, [unsure_door.store(body, headers)])
    forged = forge({**json.loads(body), "id": "WH-2"}, body)
    verify_webhooks(checker, [unsure_door.store(forged, headers)])
    assert (inbox(checker), waiting(checker)) == (["WH-1"], [])


def test_paypal_is_asked_byte_for_byte_where_that_is_set(
    checker: Work, unsure_door: Door, signer: PayPalSide, places: Places, word: Word
) -> None:
    body = event("WH-1", note=' {"webhook_event": "}" } ')
    row_id = unsure_door.store(body, signer.headers(body), webhook_verification="by_paypal")
    verify_webhooks(checker, [row_id])
    assert (inbox(checker), places.asked) == (["WH-1"], [])
    [asked] = word.asked
    assert asked.endswith(b'"webhook_event": ' + body + b"}")
    assert json.loads(asked)["webhook_id"] == WEBHOOK_ID


def test_what_paypal_disowns_is_gone(checker: Work, unsure_door: Door, signer: PayPalSide, word: Word) -> None:
    word.says = "FAILURE"
    body = event("WH-1")
    verify_webhooks(checker, [unsure_door.store(body, signer.headers(body), webhook_verification="by_paypal")])
    assert (inbox(checker), waiting(checker)) == ([], [])


def test_the_sweep_rings_for_what_was_not_heard(checker: Work, unsure_door: Door) -> None:
    row_id = unsure_door.stored()
    with checker.database.transaction() as session:
        session.execute(update(UnverifiedEvent).values(hinted_at=None))
    ring_again(checker)
    [row] = waiting(checker)
    assert (row.id, row.hinted_at is not None) == (row_id, True)


def test_the_old_is_forgotten(checker: Work, unsure_door: Door, database_url: str) -> None:
    unsure_door.stored()
    with checker.database.transaction() as session:
        keep_certificate(session, "paypal", "refused", "", checker.wall().at)
    with closing(psycopg2.connect(database_url)) as owner, owner, owner.cursor() as cursor:
        cursor.execute("UPDATE unverified_events SET created_at = now() - interval '91 days'")
    forget_old(checker)
    assert waiting(checker) == []
    with checker.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(GatewayCertificate)) == 0
