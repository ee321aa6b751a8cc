"""What the company's own people look at: accounts with all that belongs to them."""
