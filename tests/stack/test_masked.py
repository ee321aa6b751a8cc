"""What an operator is shown of a command or an event opens nothing, and names nobody."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from masked import masked, masked_text
from schemas.commands import COMMANDS
from schemas.views.results import OpenedPageView, PaymentPageView, PortalPageView, SubscriptionPageView

LINK = "https://app.example/reset/3q2-4bXyZ_91kdLQmN7"
# of the texts in commands, those that may be read: words of ours, of a standard or of a gateway, and ids
SHOWN = frozenset({
    "acting_user_id", "bic", "card_ref", "checkout_ref", "code", "country", "coupon", "currencies", "currency",
    "dunning_policy", "event_id", "fingerprint", "gateway", "iban", "locale", "method", "operation", "package", "plan",
    "provider", "reason", "reference", "scopes", "service", "site", "sites", "target", "time_zone", "types", "unit",
    "user_id", "wallet_id", "wallet_kind",
})  # fmt: skip


def test_the_link_of_a_mail_and_the_token_in_one_are_shown_to_nobody() -> None:
    """Whoever reads them could choose another's password, or join in their place, until they are used."""
    said = {"to": "ada@acme.example", "recipient": "Ada", "secret_link": LINK, "valid_minutes": 30}
    assert masked(said) == {"to": "***", "recipient": "***", "secret_link": "***", "valid_minutes": 30}
    assert masked({"token": "A" * 43, "user_id": "user_2"}) == {"token": "***", "user_id": "user_2"}
    assert masked({"secret_link": ""}) == {"secret_link": ""}, "that it is forgotten is told"


def test_pages_on_which_somebody_could_act_in_the_customers_place_are_shown_to_nobody() -> None:
    for view in (OpenedPageView, PaymentPageView, SubscriptionPageView, PortalPageView):
        for field in view.model_fields:
            assert ("url" in field) == (masked({field: LINK}) == {field: "***"}), field


def test_what_a_gateway_sent_opens_nothing_either() -> None:
    body = '{"id": "pi_7", "client_secret": "pi_7_secret_x", "hosted_invoice_url": "https://i.example/7", "amount": 5}'
    assert masked_text(body) == {"id": "pi_7", "client_secret": "***", "hosted_invoice_url": "***", "amount": 5}


def test_of_each_text_of_a_command_somebody_has_said_whether_it_may_be_read() -> None:
    texts = {name for command in COMMANDS.values() for name in _texts(command)}
    readable = {name for name in texts if masked({name: "something"}) != {name: "***"}}
    assert readable == SHOWN & texts
    assert texts >= SHOWN, SHOWN - texts


def _texts(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = list(_models(field.annotation))
        if str in _types(field.annotation):
            yield name
        # what lies below a name that is hidden is hidden with it
        if masked({name: "something"}) != {name: "***"}:
            for each in inner:
                yield from _texts(each)


def _types(annotation: Any) -> set[Any]:
    return {annotation}.union(*(_types(each) for each in get_args(annotation)))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for each in _types(annotation):
        if isinstance(each, type) and issubclass(each, BaseModel):
            yield each
