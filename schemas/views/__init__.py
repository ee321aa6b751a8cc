"""What the API answers. Amounts are minor units of the `currency` beside them; times are RFC 3339, UTC."""
