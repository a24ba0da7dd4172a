"""Carebot: a customer-care assistant that shops run on messaging apps. ARCHITECTURE.md is the map."""

__version__ = "0.1.0"
