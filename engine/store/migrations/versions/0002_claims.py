"""claims that count, doubts, and bytes that are wiped"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SEVEN_DAYS_MS = 7 * 24 * 60 * 60 * 1000


def upgrade() -> None:
    op.add_column("messages", sa.Column("digest", sa.Text(), server_default="", nullable=False))
    op.add_column("messages", sa.Column("doubts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("messages", sa.Column("tried_at", sa.BigInteger()))
    op.add_column("messages", sa.Column("claim", sa.Integer(), server_default="0", nullable=False))
    op.add_column("messages", sa.Column("worker", sa.Text(), server_default="", nullable=False))
    op.add_column("messages", sa.Column("wipe_at", sa.BigInteger()))
    messages = sa.table(
        "messages",
        *(sa.column(name) for name in ("state", "raw", "attempts", "next_attempt", "claimed_until", "sent_at")),
        *(sa.column(name) for name in ("created_at", "tried_at", "wipe_at")),
    )
    update = sa.update(messages)
    op.execute(update.where(messages.c.state == "sending").values(next_attempt=messages.c.claimed_until))
    op.execute(update.where(messages.c.attempts > 0).values(tried_at=messages.c.created_at))
    ended = update.where(messages.c.state.in_(["sent", "bounced", "dropped"]))
    op.execute(ended.values(next_attempt=None))
    since = sa.func.coalesce(messages.c.sent_at, messages.c.created_at)
    op.execute(ended.where(messages.c.raw.is_not(None)).values(wipe_at=since + SEVEN_DAYS_MS))
    op.drop_column("messages", "claimed_until")
    op.create_index(
        "ix_messages_wipe_at",
        "messages",
        ["wipe_at"],
        sqlite_where=sa.text("wipe_at IS NOT NULL"),
        postgresql_where=sa.text("wipe_at IS NOT NULL"),
    )
