"""Setup tokens: a wallet is about to be saved, without a purchase; its owner still has to agree."""

from sandbox.ids import new_code
from sandbox.json_types import JsonObject
from sandbox.paypal import buyers
from sandbox.paypal.api import errors, links
from sandbox.paypal.api.call import Call
from sandbox.paypal.orders import experience
from sandbox.paypal.vault import payment_tokens, terms
from sandbox.world import World

KIND = "paypal.setup_token"
PATH = "/v3/vault/setup-tokens"
PAGE = "/agreements/approve"
WAITS, APPROVED, TOKENIZED, VAULTED = "PAYER_ACTION_REQUIRED", "APPROVED", "TOKENIZED", "VAULTED"
# when the payment token is made: when the shop asks for it, or as soon as the buyer agrees
INSTRUCTIONS = ("ON_CREATE_PAYMENT_TOKENS", "ON_PAYER_APPROVAL")
# https://developer.paypal.com/docs/checkout/save-payment-methods/: "A setup token ... lasts for 3 days"
LASTS_SECONDS = 3 * 24 * 60 * 60
# the contract has one of these words, PayPal's guides the other
TYPES = ("SETUP_TOKEN", "BILLING_AGREEMENT")


class NotOpen(Exception):
    """The token does not wait for its buyer."""


def found(world: World, token_id: str) -> JsonObject | None:
    """The token, unless there never was one or its time has passed."""
    token = world.store.get(KIND, token_id)
    return token if token and world.clock.now() < token["expires_at"] else None


def create(world: World, call: Call) -> JsonObject:
    """POST /v3/vault/setup-tokens"""
    must_have_request_id(call)
    call.fields.only("payment_source", "customer")
    call.fields.require("payment_source")
    source = call.fields.group("payment_source")
    source.only("paypal")
    source.require("paypal")
    wallet = source.group("paypal")
    wallet.only("experience_context", *terms.NAMES)
    context = wallet.group("experience_context")
    token = {
        "id": new_code(),
        "status": WAITS,
        "customer": terms.customer(call.fields.group("customer")),
        "terms": terms.read(wallet),
        "experience": experience.read(context, "vault_instruction"),
        "instruction": context.choice("vault_instruction", INSTRUCTIONS) or INSTRUCTIONS[0],
        "payment_token": None,
        "buyer": None,
        "expires_at": world.clock.now() + LASTS_SECONDS,
    }
    return world.store.put(KIND, token)


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v3/vault/setup-tokens/{id}"""
    token = found(world, call.ids["id"])
    if token is None:
        raise errors.not_found(call.ids["id"])
    return token


def approve(world: World, token: JsonObject, email: str) -> JsonObject:
    """The buyer agrees. Raises NotOpen."""
    if token["status"] in (TOKENIZED, VAULTED):
        raise NotOpen(f"{token['id']} is {token['status']}")
    approved = world.store.put(KIND, {**token, "status": APPROVED, "buyer": buyers.of_email(email)})
    if token["instruction"] == "ON_PAYER_APPROVAL":
        _save(world, approved, VAULTED)
        return {**approved, "status": VAULTED}
    return approved


def tokenize(world: World, call: Call) -> JsonObject:
    """POST /v3/vault/payment-tokens: a payment token of a setup token that was approved."""
    must_have_request_id(call)
    token = _asked_for(world, call)
    if token["status"] == WAITS:
        raise errors.impossible("PAYER_ACTION_REQUIRED", "Please make sure that the setup token is approved.")
    if token["status"] == TOKENIZED:
        wrong = "The setup token has been used previously to generate a payment token."
        raise errors.impossible("SETUP_TOKEN_ALREADY_TOKENIZED", wrong)
    if token["status"] == VAULTED:
        return world.store.get(payment_tokens.KIND, token["payment_token"]) or {}
    return _save(world, token, TOKENIZED)


def _save(world: World, token: JsonObject, status: str) -> JsonObject:
    saved = payment_tokens.save(world, token["customer"], token["buyer"], token["terms"])
    world.store.put(KIND, {**token, "status": status, "payment_token": saved["id"]})
    return saved


def shown(world: World, token: JsonObject) -> JsonObject:
    """As the API answers it."""
    of_status = {
        WAITS: [page_link(world, token)],
        APPROVED: [links.link(world, payment_tokens.PATH, "confirm", "POST")],
        TOKENIZED: [],
        VAULTED: [],
    }
    wallet = {name: value for name, value in token["terms"].items() if name != "usage_pattern"}
    if token["buyer"]:
        wallet |= {"email_address": token["buyer"]["email"], "payer_id": token["buyer"]["id"]}
    return {
        "id": token["id"],
        "customer": {"id": token["customer"]},
        "status": token["status"],
        "payment_source": {"paypal": wallet},
        "links": [links.link(world, f"{PATH}/{token['id']}", "self"), *of_status[token["status"]]],
    }


def page_link(world: World, token: JsonObject) -> JsonObject:
    """To the page where the buyer agrees."""
    return links.link(world, f"{PAGE}?approval_session_id={token['id']}", "approve")


def must_have_request_id(call: Call) -> None:
    """This API demands it."""
    if not call.request_id:
        wrong = "A PayPal-Request-Id is required."
        raise errors.invalid("PAYPAL_REQUEST_ID_REQUIRED", "PayPal-Request-Id", wrong)


def _asked_for(world: World, call: Call) -> JsonObject:
    call.fields.only("payment_source")
    call.fields.require("payment_source")
    source = call.fields.group("payment_source")
    source.only("token")
    source.require("token")
    wanted = source.group("token")
    wanted.only("id", "type")
    token_id = wanted.required_text("id", 255)
    wanted.require("type")
    wanted.choice("type", TYPES)
    token = found(world, token_id)
    if token is None:
        raise errors.not_found(token_id, wanted.pointer("id"))
    return token
