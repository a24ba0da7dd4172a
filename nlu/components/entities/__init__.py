"""What a message names, found by rules: order number, phone, amount, date, product."""
