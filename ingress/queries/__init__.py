"""Reads of the books, as the API answers them: one module per area, and `answers` that makes endpoints of them."""
