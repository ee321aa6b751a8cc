"""Stripe's room.

`signatures`, `events` and `translate` never import the `stripe` package: the ingress uses them and must not pay for
that import. `client` and `errors` do, and run in workers.
"""
