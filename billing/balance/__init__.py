"""Money that is kept for a customer: what was given back or paid beyond what was owed."""
