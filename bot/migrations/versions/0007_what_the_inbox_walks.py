"""What the inbox walks: conversations by who wrote last, open promises by conversation, names without their rows"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_index("ix_conversation_last_inbound_at_id", "conversation", ["last_inbound_at", "id"])
    op.create_index("ix_conversation_last_outbound_at", "conversation", ["last_outbound_at"])
    op.create_index("ix_conversation_name", "conversation", ["name"])
    op.create_index("ix_customer_name", "customer", ["name"])
    op.create_index(
        "ix_promise_open_conversation", "promise", ["conversation_id"], postgresql_where=OPEN, sqlite_where=OPEN
    )


def downgrade() -> None:
    op.drop_index("ix_promise_open_conversation", "promise")
    op.drop_index("ix_customer_name", "customer")
    op.drop_index("ix_conversation_name", "conversation")
    op.drop_index("ix_conversation_last_outbound_at", "conversation")
    op.drop_index("ix_conversation_last_inbound_at_id", "conversation")
