"""Conversations with gateways: claim, call, record, in that order; one module each, named as its verb.

No transaction is open while a gateway is asked, and which one that is a row or a command tells.
"""
