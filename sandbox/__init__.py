"""A stand-in Stripe and Resend on localhost, with a ledger of its own and faults on demand.

It talks HTTP as the vendors do and shares no code with the department it tests: it imports none of our rooms, only the
`SANDBOX_*` constants of `settings`. Start it with `python -m sandbox --help`.
"""
