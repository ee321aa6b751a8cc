"""PayPal's API, the part of it that is imitated: which action a method and a path are."""

from sandbox.paypal.api.call import Action
from sandbox.paypal.orders import orders

ACTIONS = (Action("order", "GET", "/v2/checkout/orders/{id}", orders.retrieve, lambda _, order: order),)
