"""What is searched"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SOURCE = ("heard", "said", "note", "customer", "order", "chat")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS_SQLITE = (
    # Terms come ready-made, with spaces between; "ascii" leaves every other sign in them alone. The index of one
    # character answers a search for a single Chinese character.
    "CREATE VIRTUAL TABLE search_words USING fts5(terms, tokenize = 'ascii', prefix = '1', columnsize = 0)",
)
WORDS_POSTGRESQL = (
    "CREATE TABLE search_words (id bigint CONSTRAINT pk_search_words PRIMARY KEY, terms tsvector NOT NULL)",
    # no list of what is still to be sorted in: every search would have to read it
    "CREATE INDEX ix_search_words_terms ON search_words USING gin (terms) WITH (fastupdate = off)",
)


def upgrade() -> None:
    source = sa.Enum(*SOURCE, name="source", native_enum=False, length=24)
    op.create_table(
        "search_document",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("source", source, nullable=False),
        sa.Column("ref_id", BIG, nullable=False),
        sa.Column("conversation_id", BIG, nullable=True),
        sa.Column("customer_id", BIG, nullable=True),
        sa.Column("digest", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
        sa.UniqueConstraint("source", "ref_id", name=op.f("uq_search_document_source_ref_id")),
    )
    with op.batch_alter_table("search_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_document_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(
            "ix_search_document_customer_id",
            ["customer_id"],
            unique=False,
            postgresql_where=sa.text("customer_id IS NOT NULL"),
            sqlite_where=sa.text("customer_id IS NOT NULL"),
        )
    op.create_table(
        "search_mark",
        sa.Column("source", source, nullable=False),
        sa.Column("through", BIG, nullable=False),
        sa.Column("seen", BIG, nullable=False),
        sa.Column("pending", BIG, nullable=True),
        sa.Column("running", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("swept", BIG, nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_search_mark")),
    )
    for statement in WORDS_SQLITE if op.get_bind().dialect.name == "sqlite" else WORDS_POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE search_words")
    op.drop_table("search_mark")
    op.drop_table("search_document")
