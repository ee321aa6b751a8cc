"""Stripe's room.

`signatures`, `events` and `translate` never import the `stripe` package: the ingress uses them and must not pay for
that import. `client`, the parts it is made of and `errors` do, and run in workers.

`client` has the gateway, `calls` how one call is made; a module each for what is asked of it (`checkouts`, `cards`,
`charges`, `subscriptions`, ...); `payments` and `*_shapes` read what it answers.
"""
