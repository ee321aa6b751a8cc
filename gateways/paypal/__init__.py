"""PayPal's room: REST over `requests`, since PayPal's own packages are no longer maintained.

`door`, `events`, `signatures` and `translate` never import `requests`: the ingress uses them and must not pay for that
import. `client` has the gateway, `calls` how one call is made, `tokens` with whose leave; a module each for what is
asked of it (`orders`, `captures`, `refunds`, ...); `payments` and `*_shapes` read what it answers.
"""
