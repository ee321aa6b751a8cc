"""Rules, nearly all pure: lines, discounts, what a period is still worth, and whether it can be charged."""
