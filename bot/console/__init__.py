"""The staff console: live pages at /console. Pages call services only; what they say is in data/console."""
