"""What staff do with cases, and what is known of customers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import bot.db
from bot.complaints.casework import ApprovalState, What

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _columns()
    _case_tables()
    _customer_tables()


def _columns() -> None:
    """Added in place: SQLite would copy the table anew, and dropping the old one takes with it what refers to it."""

    def reference(table: str, name: str, to: str) -> None:
        column = sa.Column(name, BIG, sa.ForeignKey(to), nullable=True)
        op.add_column(table, column, inline_references=True)

    reference("case", "merged_into", "case.id")
    reference("case", "owner_id", "staff.id")
    op.add_column("case", sa.Column("severity_by", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_case_owner_id", "case", ["owner_id"])
    op.add_column("promise", sa.Column("moves", JSON, nullable=False, server_default="[]"))
    op.add_column("customer", sa.Column("edits", JSON, nullable=True))
    reference("customer", "merged_into", "customer.id")
    op.create_index("ix_customer_merged_into", "customer", ["merged_into"])
    op.add_column("customer", sa.Column("erased_at", bot.db.UTCDateTime(), nullable=True))


def _case_tables() -> None:
    op.create_table(
        "case_entry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("what", bot.db.enum_column(What), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("at", bot.db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_entry_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_entry")),
    )
    op.create_index("ix_case_entry_case_id", "case_entry", ["case_id"])
    op.create_table(
        "remedy_approval",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_by", BIG, nullable=True),
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("asked_at", bot.db.UTCDateTime(), nullable=False),
        sa.Column("state", bot.db.enum_column(ApprovalState), nullable=False),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decider", sa.Text(), nullable=False),
        sa.Column("decided_at", bot.db.UTCDateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("used_at", bot.db.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_remedy_approval_case_id")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff.id"], name=op.f("fk_remedy_approval_asked_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_remedy_approval_decided_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy_approval")),
    )
    op.create_index("ix_remedy_approval_case_id", "remedy_approval", ["case_id"])
    op.create_index("ix_remedy_approval_state", "remedy_approval", ["state", "asked_at"])
    is_open = sa.text("state = 'open'")
    op.create_index(
        "uq_remedy_approval_open",
        "remedy_approval",
        ["case_id", "remedy"],
        unique=True,
        postgresql_where=is_open,
        sqlite_where=is_open,
    )


def _customer_tables() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", BIG, nullable=False),
        sa.Column("customer_id", BIG, nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", bot.db.UTCDateTime(), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("finished_at", bot.db.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    unfinished = sa.text("finished_at IS NULL")
    op.create_index("ix_erasure_unfinished", "erasure", ["at"], postgresql_where=unfinished, sqlite_where=unfinished)
    op.create_table(
        "customer_merge",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kept_id", BIG, nullable=False),
        sa.Column("merged_id", BIG, nullable=False),
        sa.Column("moved", JSON, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", bot.db.UTCDateTime(), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column("undone_at", bot.db.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["customer.id"], name=op.f("fk_customer_merge_kept_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["customer.id"], name=op.f("fk_customer_merge_merged_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_merge")),
    )
    op.create_index("ix_customer_merge_kept_id", "customer_merge", ["kept_id"])
    op.create_index("ix_customer_merge_merged_id", "customer_merge", ["merged_id"])
