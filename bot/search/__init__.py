"""Full-text search over what was said and noted, and over customers and orders, with one meaning on both databases."""
