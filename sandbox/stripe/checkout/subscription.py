"""mode=subscription: the buyer subscribes and pays the first period (https://docs.stripe.com/payments/subscriptions).

A card that declines leaves the session open and makes no subscription, so that another card may be tried.
"""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.months import DAY_SECONDS
from sandbox.stripe.api import amounts, errors
from sandbox.stripe.api.call import Cause
from sandbox.stripe.api.params import Params
from sandbox.stripe.cards import issuer
from sandbox.stripe.cards.issuer import PASSED
from sandbox.stripe.catalog import coupons, discounts, price_shape, products, tax_rates
from sandbox.stripe.checkout import finish as checkout_finish
from sandbox.stripe.checkout import shape as checkout_shape
from sandbox.stripe.customers import customers
from sandbox.stripe.invoices.invoicing import Collection
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.subscriptions import items as subscription_items
from sandbox.stripe.subscriptions import start as subscription_start
from sandbox.stripe.subscriptions.asked import TRIAL_DAYS_MAX
from sandbox.stripe.subscriptions.items import Wanted
from sandbox.stripe.subscriptions.start import Start
from sandbox.world import World

ACCEPTED = (*checkout_shape.COMMON, "discounts", "line_items", "payment_method_collection", "subscription_data")
SUBSCRIPTION_DATA = ("default_tax_rates", "description", "metadata", "trial_end", "trial_period_days")


def asked_for(world: World, params: Params) -> tuple[JsonObject, JsonObject]:
    """Check all parameters, then shape the session and its plan; nothing is stored yet."""
    params.only(*ACCEPTED)
    params.choice("payment_method_collection", ("always",))
    session = checkout_shape.begin(world, params)
    wanted = [_wanted(world, each) for each in params.groups("line_items")]
    if not wanted:
        raise errors.missing("line_items")
    subscription_items.must_fit_together([price for price, _, _ in wanted])
    currency = wanted[0][0]["currency"]
    redeemed = discounts.asked_for(world, params, "discounts", currency, session["created"])
    data = params.group("subscription_data")
    rates = tax_rates.named(world, data)
    plan = {"id": session["id"], "subscription": {**_data(data, session["created"]), "default_tax_rates": rates}}
    plan["subscription"]["coupons"] = [coupon["id"] for coupon in redeemed]
    plan["products"] = [product for _, _, product in wanted if product]
    trial = plan["subscription"]["trial_days"] or plan["subscription"]["trial_end"]
    plan["line_items"] = _line_items(world, wanted, [] if trial else redeemed, rates, free=bool(trial))
    return session | _amounts(world, plan, redeemed, currency), plan


def opened(world: World, session: JsonObject, plan: JsonObject, cause: Cause) -> JsonObject:
    """Products and prices that were made up for this session exist from now on."""
    for product in plan["products"]:
        products.add(world, cause, {"name": product["name"]}, product["id"])
    for line in plan["line_items"]:
        if world.store.get(price_shape.KIND, line["price"]["id"]) is None:
            price_shape.add(world, cause, line["price"])
    return session


def complete(world: World, session: JsonObject, plan: JsonObject, method: JsonObject, cause: Cause) -> JsonObject:
    """The card is saved, the subscription begins, its first invoice is paid. Raises the card error of a decline."""
    customer = world.store.get(customers.KIND, session["customer"])
    if customer is None:
        raise LookupError(f"{session['id']} has no customer")
    with world.clock.at(world.time_of(customer["id"])):
        _must_pay(world, session, method)
        issuer.set_up(world, method)
        method = payment_methods.give(world, method, customer["id"], cause)
        wanted = _start(world, plan, method)
        subscription = subscription_start.start(world, customer, wanted, cause, Collection(presence=PASSED))
        paid = "paid" if session["amount_total"] else "no_payment_required"
        done = {"subscription": subscription["id"], "invoice": subscription["latest_invoice"], "payment_status": paid}
        return checkout_finish.finish(world, session, method, cause, done)


def _start(world: World, plan: JsonObject, method: JsonObject) -> Start:
    data, now = plan["subscription"], world.clock.now()
    trial_end = now + data["trial_days"] * DAY_SECONDS if data["trial_days"] else data["trial_end"]
    fields = {
        "default_payment_method": method["id"],
        "default_tax_rates": data["default_tax_rates"],
        "description": data["description"],
        "metadata": data["metadata"],
    }
    items: list[Wanted] = [(line["price"], line["quantity"], {}) for line in plan["line_items"]]
    redeemed = [coupons.of_id(world, coupon_id) for coupon_id in data["coupons"]]
    return Start(items, fields, redeemed, trial_end=trial_end)


def _must_pay(world: World, session: JsonObject, method: JsonObject) -> None:
    if session["amount_total"]:
        decline = issuer.on_charge(world, method, PASSED).decline
    else:
        decline = issuer.on_saving(issuer.card_of(world, method), PASSED).decline
    if decline is not None:
        raise errors.card_error({**decline.error(), "payment_method": method})


def _wanted(world: World, params: Params) -> tuple[JsonObject, int, JsonObject | None]:
    """The price, how many, and the product if it is made up here."""
    params.only("price", "price_data", "quantity")
    quantity = params.required_integer("quantity", least=1)
    if params.given("price"):
        return subscription_items.recurring_price(world, params), quantity, None
    data = params.group("price_data")
    data.only("currency", "product", "product_data", "recurring", "tax_behavior", "unit_amount")
    if not data.given("recurring"):
        message = "You specified `subscription` mode but passed a one-time price."
        raise errors.invalid(message, param=data.name("recurring"))
    price = {**price_shape.asked_for(data, world.clock.now()), "active": False}
    if data.given("product"):
        return {**price, "product": products.named(world, data)}, quantity, None
    given = data.group("product_data")
    given.only("name", "description", "images", "metadata", "tax_code")
    product = {"id": new_id("prod", products.ID_LENGTH), "name": given.required_text("name")}
    return {**price, "product": product["id"]}, quantity, product


def _data(params: Params, now: int) -> JsonObject:
    params.only(*SUBSCRIPTION_DATA)
    days, trial_end = params.integer("trial_period_days", least=1), params.integer("trial_end")
    if days and (trial_end or days > TRIAL_DAYS_MAX):
        message = f"Give either a `trial_end`, or `trial_period_days` of {TRIAL_DAYS_MAX} at most."
        raise errors.invalid(message, param=params.name("trial_period_days"))
    if trial_end is not None and trial_end < now + 2 * DAY_SECONDS:
        message = "The `trial_end` date has to be at least 2 days in the future."
        raise errors.invalid(message, param=params.name("trial_end"))
    return {
        "description": params.text("description", 500),
        "metadata": params.metadata(),
        "trial_days": days,
        "trial_end": trial_end,
    }


def _line_items(
    world: World,
    wanted: list[tuple[JsonObject, int, JsonObject | None]],
    redeemed: list[JsonObject],
    rates: list[JsonObject],
    *,
    free: bool,
) -> list[JsonObject]:
    """What is due today: nothing while a trial runs."""
    subtotals = [0 if free else price["unit_amount"] * quantity for price, quantity, _ in wanted]
    offs = [sum(parts) for parts in discounts.off_by(redeemed, subtotals)]
    lines = []
    for (price, quantity, product), subtotal, off in zip(wanted, subtotals, offs, strict=True):
        taxes = tax_rates.taxes_of(subtotal - off, price["currency"], rates)
        known = product or world.store.get(products.KIND, price["product"]) or {}
        line = {
            "id": new_id("li"),
            "object": "item",
            "amount_discount": off,
            "amount_subtotal": subtotal,
            "amount_tax": sum(tax["amount"] for tax in taxes),
            "amount_total": subtotal - off + tax_rates.sum_of(taxes, "exclusive"),
            "currency": price["currency"],
            "description": str(known.get("name", "")),
            "metadata": {},
            "price": price,
            "quantity": quantity,
        }
        lines.append(line)
    return lines


def _amounts(world: World, plan: JsonObject, redeemed: list[JsonObject], currency: str) -> JsonObject:
    parts = ("amount_subtotal", "amount_total", "amount_discount", "amount_tax")
    subtotal, total, off, tax = (sum(line[name] for line in plan["line_items"]) for name in parts)
    if total:
        amounts.must_be_chargeable(world, total, currency, "line_items")
    return {
        "amount_subtotal": subtotal,
        "amount_total": total,
        "currency": currency,
        "discounts": [{"coupon": coupon["id"], "promotion_code": None} for coupon in redeemed],
        "invoice_creation": None,
        "payment_method_collection": "always",
        "total_details": {"amount_discount": off, "amount_shipping": 0, "amount_tax": tax},
    }
