"""Products, prices, coupons."""
