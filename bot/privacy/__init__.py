"""What is known of a customer, all in one place: given out, erased, and joined where one person has two accounts."""
