"""Money that arrived, from whichever source, and which invoice it pays. What pays none is kept for the customer."""
