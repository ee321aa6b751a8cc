"""A third vendor, as somebody would add one: checkouts, captures, refunds, reversals.

It offers nothing else. Its office is in `office`.
"""
