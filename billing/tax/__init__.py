"""Tax rates by country and date."""
