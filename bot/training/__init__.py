"""What people at the desk do for the understanding: label, export, train, compare, activate, go back."""
