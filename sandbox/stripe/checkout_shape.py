"""From the parameters of a Checkout Session to the session object and the plan behind it."""

from sandbox.ids import LENGTH_CHECKOUT_SESSION, new_id
from sandbox.json_types import JsonObject
from sandbox.stripe import amounts, customers, errors
from sandbox.stripe.params import Params
from sandbox.world import World

KIND = "checkout.session"
PLAN = "checkout_plan"
EXPIRES_SECONDS_MIN = 30 * 60
EXPIRES_SECONDS_MAX = 24 * 60 * 60
LINE_ITEMS_MAX = 100
ACCEPTED = (
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_creation",
    "customer_email",
    "expires_at",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "payment_method_types",
    "submit_type",
    "success_url",
    "ui_mode",
)
HOSTED = ("hosted_page", "hosted")


def asked_for(world: World, params: Params) -> tuple[JsonObject, JsonObject]:
    """Check all parameters, then shape the session and its plan; nothing is stored yet."""
    params.only(*ACCEPTED)
    _must_be_imitated(params)
    items, currency = _line_items(world, params)
    total = sum(item["amount_total"] for item in items)
    amounts.must_be_chargeable(total, currency, "line_items")
    session = _blank(world.clock.now()) | _wishes(world, params)
    session |= {"amount_subtotal": total, "amount_total": total, "currency": currency}
    session["url"] = f"{world.options.base_url}/pay/{session['id']}"
    return session, {"id": session["id"], "line_items": items, "payment_intent": _intent_wishes(params)}


def _must_be_imitated(params: Params) -> None:
    mode = params.choice("mode", ("payment", "setup", "subscription"))
    if mode is None:
        raise errors.missing("mode")
    if mode != "payment":
        raise errors.invalid("This sandbox imitates mode=payment only.", param="mode")
    if params.text("ui_mode") not in (None, *HOSTED):
        raise errors.invalid("This sandbox imitates the hosted page only.", param="ui_mode")
    if any(kind != "card" for kind in params.texts("payment_method_types")):
        raise errors.invalid("This sandbox takes cards only.", param="payment_method_types")


def _wishes(world: World, params: Params) -> JsonObject:
    customer, email = _buyer(world, params)
    return {
        "cancel_url": params.text("cancel_url"),
        "client_reference_id": params.text("client_reference_id", 200),
        "customer": customer and customer["id"],
        "customer_creation": None
        if customer
        else params.choice("customer_creation", ("always", "if_required"), "if_required"),
        "customer_details": customer_details(customer["email"] if customer else email, None),
        "customer_email": email,
        "expires_at": _expires_at(world.clock.now(), params),
        "locale": params.text("locale"),
        "metadata": params.metadata(),
        "submit_type": params.choice("submit_type", ("auto", "book", "donate", "pay", "subscribe")),
        "success_url": params.required_text("success_url"),
    }


def _buyer(world: World, params: Params) -> tuple[JsonObject | None, str | None]:
    customer, email = customers.named(world, params), params.text("customer_email")
    for other in ("customer_email", "customer_creation"):
        if customer and params.text(other):
            message = f"You may only specify one of these parameters: customer, {other}."
            raise errors.invalid(message, param=other)
    return customer, email


def customer_details(email: str | None, name: str | None) -> JsonObject | None:
    """Who pays, as far as it is known; None when nothing is."""
    if email is None and name is None:
        return None
    return {
        "address": dict.fromkeys(customers.ADDRESS_FIELDS),
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _expires_at(now: int, params: Params) -> int:
    expires_at = params.integer("expires_at", now + EXPIRES_SECONDS_MAX) or 0
    # Stripe allows for clocks that differ a little; so do we
    if not now + EXPIRES_SECONDS_MIN - 60 <= expires_at <= now + EXPIRES_SECONDS_MAX + 60:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours after Checkout Session creation."
        raise errors.invalid(message, param="expires_at")
    return expires_at


def _intent_wishes(params: Params) -> JsonObject:
    data = params.group("payment_intent_data")
    data.only("description", "metadata", "receipt_email", "setup_future_usage")
    return {
        "description": data.text("description"),
        "metadata": data.metadata(),
        "receipt_email": data.text("receipt_email"),
        "setup_future_usage": data.choice("setup_future_usage", ("off_session", "on_session")),
    }


def _line_items(world: World, params: Params) -> tuple[list[JsonObject], str]:
    wanted = params.groups("line_items")
    if not wanted:
        raise errors.missing("line_items")
    if len(wanted) > LINE_ITEMS_MAX:
        raise errors.invalid(f"You may have at most {LINE_ITEMS_MAX} line items.", param="line_items")
    items = [_line_item(item, world.clock.now()) for item in wanted]
    currencies = {item["currency"] for item in items}
    if len(currencies) > 1:
        raise errors.invalid("All line items must have the same currency.", param="line_items")
    return items, currencies.pop()


def _line_item(params: Params, now: int) -> JsonObject:
    params.only("price_data", "quantity")
    price = _price(params.group("price_data"), now)
    quantity = params.required_integer("quantity", least=1)
    product = params.group("price_data").group("product_data")
    total = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": product.required_text("name"),
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }


def _price(params: Params, now: int) -> JsonObject:
    params.only("currency", "product_data", "unit_amount", "tax_behavior")
    params.group("product_data").only("name", "description", "images", "metadata", "tax_code")
    unit_amount = params.required_integer("unit_amount")
    return {
        "id": new_id("price"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": now,
        "currency": amounts.currency(params, "currency"),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": new_id("prod", 14),
        "recurring": None,
        "tax_behavior": params.choice("tax_behavior", ("exclusive", "inclusive", "unspecified"), "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }


def _blank(now: int) -> JsonObject:
    return {
        "id": new_id("cs_test", LENGTH_CHECKOUT_SESSION),
        "object": KIND,
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": now,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer_account": None,
        "discounts": [],
        "integration_identifier": None,
        "invoice": None,
        "invoice_creation": {
            "enabled": False,
            "invoice_data": {
                "account_tax_ids": None,
                "custom_fields": None,
                "description": None,
                "footer": None,
                "issuer": None,
                "metadata": {},
                "rendering_options": None,
            },
        },
        "livemode": False,
        "mode": "payment",
        "origin_context": None,
        # the current API makes the PaymentIntent when the buyer confirms, not before
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "subscription": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "wallet_options": None,
    }
