"""how many digests each day should bring; when a message was put into words"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_days",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("foreseen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("brought", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_mail_days")),
    )
    op.add_column("messages", sa.Column("composed_at", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_messages_held",
        "messages",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    # A store that is at work already has no forecast yet: the first tick makes it.
    op.execute("INSERT INTO facts (name, value) SELECT 'foresee', '' WHERE EXISTS (SELECT 1 FROM tasks)")
