"""Customers ask their bank for the money back: what is contested, until when one may answer, and how it ended."""
