"""What is sold again and again: products, and the plans by which they are paid."""
