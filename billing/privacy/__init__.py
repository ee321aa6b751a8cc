"""What is known of a person, why and for how long; an account that is deleted, and what is left of it."""
