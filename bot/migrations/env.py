"""Alembic's door: run by bot.migrate with a connection of our own."""

from alembic import context

from bot.tables import Base


def is_declared(_object: object, name: str | None, kind: str, *_: object) -> bool:
    """The words of the full-text search are a table that no class can declare (FTS5, tsvector)."""
    return kind != "table" or not (name or "").startswith("search_words")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    include_object=is_declared,
)
with context.begin_transaction():
    context.run_migrations()
