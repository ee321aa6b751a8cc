"""Stripe's API, hosted checkout page and webhooks, as far as Cashbeat and its users' tests need them."""
