"""A third vendor, as somebody would add one: checkouts and refunds, and nothing else. Its office is in `office`."""
