"""The simulation: a year of business in minutes, on a test clock, with everything real but the customers."""
