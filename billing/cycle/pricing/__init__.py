"""Pure rules: lines, discounts and what a period is still worth."""
