"""The Resend client against the sandbox, over HTTP."""

import dataclasses
from uuid import uuid4

import pytest

from billing.errors import Unavailable
from gateways.ports import EmailGateway
from gateways.resend.client import ResendGateway
from schemas.documents import EmailFacts
from tests.gateways.sandbox_process import Sandbox

SENDER = "Example SaaS <billing@example.com>"
EMAIL = EmailFacts(
    recipient="owner@example.com",
    subject="Your invoice INV-2026-11-00001",
    html="<p>Thank you</p>",
    text="Thank you",
    attachments=(("INV-2026-11-00001.pdf", b"%PDF-1.7 not much of one"),),
)


@pytest.fixture
def resend(sandbox: Sandbox) -> EmailGateway:
    return ResendGateway("re_sandbox", sandbox.address, timeout_seconds=(1, 2))


@pytest.fixture
def email_key() -> str:
    return f"email/{uuid4()}"


def test_an_email_is_sent_once_however_often_it_is_asked_for(resend: EmailGateway, email_key: str) -> None:
    email_id = resend.send(EMAIL, sender=SENDER, idempotency_key=email_key)
    assert email_id
    assert resend.send(EMAIL, sender=SENDER, idempotency_key=email_key) == email_id
    assert resend.send(EMAIL, sender=SENDER, idempotency_key=f"{email_key}/other") != email_id


def test_under_a_key_that_has_sent_another_email_nothing_is_sent(
    resend: EmailGateway, sandbox: Sandbox, email_key: str
) -> None:
    first = resend.send(EMAIL, sender=SENDER, idempotency_key=email_key)
    other = dataclasses.replace(EMAIL, text="Other")
    assert resend.send(other, sender=SENDER, idempotency_key=email_key) is None
    assert sandbox.emails_with(email_key) == [first]


def test_a_lost_answer_is_ambiguous_and_its_repeat_sends_nothing_twice(
    resend: EmailGateway, sandbox: Sandbox, email_key: str
) -> None:
    sandbox.arm("answer_lost", count=1, path="/emails")
    with pytest.raises(Unavailable) as lost:
        resend.send(EMAIL, sender=SENDER, idempotency_key=email_key)
    assert lost.value.ambiguous
    first = resend.send(EMAIL, sender=SENDER, idempotency_key=email_key)
    assert resend.send(EMAIL, sender=SENDER, idempotency_key=email_key) == first
    assert sandbox.emails_with(email_key) == [first]


def test_too_many_requests_say_how_long_to_wait(resend: EmailGateway, sandbox: Sandbox, email_key: str) -> None:
    sandbox.arm("429", count=1, retry_after_seconds=3)
    with pytest.raises(Unavailable) as refusal:
        resend.send(EMAIL, sender=SENDER, idempotency_key=email_key)
    assert (refusal.value.ambiguous, refusal.value.retry_after_seconds) == (False, 3)


def test_a_failure_inside_the_vendor_is_ambiguous(resend: EmailGateway, sandbox: Sandbox, email_key: str) -> None:
    sandbox.arm("500", count=1, stage="before")
    with pytest.raises(Unavailable) as failure:
        resend.send(EMAIL, sender=SENDER, idempotency_key=email_key)
    assert failure.value.ambiguous


def test_a_wrong_key_is_a_fault_of_ours_that_can_be_put_right(sandbox: Sandbox, email_key: str) -> None:
    with pytest.raises(Unavailable) as refusal:
        ResendGateway("re_wrong", sandbox.address).send(EMAIL, sender=SENDER, idempotency_key=email_key)
    assert not refusal.value.ambiguous
