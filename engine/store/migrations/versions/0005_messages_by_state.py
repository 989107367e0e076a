"""messages are found by their state"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_messages_state_sent_at", "messages", ["state", "sent_at"])
