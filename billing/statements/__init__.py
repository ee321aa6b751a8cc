"""Lines of the bank: each is kept once, and what it pays is found, booked or decided by a person."""
