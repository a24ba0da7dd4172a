"""Alembic's door: run by bot.migrate with a connection of our own."""

from alembic import context

from bot.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
