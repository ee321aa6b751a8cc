"""A stand-in PayPal: a company of its own under the prefix /paypal, with its own money, keys and events."""
