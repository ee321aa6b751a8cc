"""What follows when money came, or did not."""
