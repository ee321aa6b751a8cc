"""What the product hears of: changes of the books become events, in an order that never changes."""
