"""The shop's records (customers, orders, benefits, products) and the pure decisions on them: no database, no words."""
