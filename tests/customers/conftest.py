"""The same desk as in the tests of case work."""

from tests.complaints.conftest import desk, migrated_db

__all__ = ["desk", "migrated_db"]
