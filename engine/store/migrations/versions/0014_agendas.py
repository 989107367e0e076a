"""appointments, invitations, agendas to subscribe to, and mail that came in"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LAGS = sa.text("agenda_lags IS NOT NULL")


def upgrade() -> None:
    op.add_column("tasks", sa.Column("begins", sa.Text()))
    op.add_column("tasks", sa.Column("agenda_lags", sa.Boolean()))
    op.create_index("ix_tasks_agenda_lags", "tasks", ["agenda_lags"], sqlite_where=LAGS, postgresql_where=LAGS)
    op.create_table(
        "appointments",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("agenda", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("task", name="pk_appointments"),
        sa.ForeignKeyConstraint(["task"], ["tasks.key"], name="fk_appointments_task"),
    )
    op.create_index("ix_appointments_starts", "appointments", ["starts"])
    op.create_table(
        "attendees",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("contact", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("reply", sa.Text(), server_default="none", nullable=False),
        sa.Column("reply_sequence", sa.Integer()),
        sa.Column("replied_at", sa.BigInteger()),
        sa.Column("left", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("task", "contact", name="pk_attendees"),
        sa.ForeignKeyConstraint(["task"], ["appointments.task"], name="fk_attendees_task"),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"], name="fk_attendees_contact"),
    )
    op.create_index("ix_attendees_contact", "attendees", ["contact"])
    op.create_table(
        "invitations",
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("contact", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("message", name="pk_invitations"),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name="fk_invitations_message"),
        sa.ForeignKeyConstraint(["task"], ["appointments.task"], name="fk_invitations_task"),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"], name="fk_invitations_contact"),
    )
    op.create_index("ix_invitations_task_contact", "invitations", ["task", "contact"])
    op.create_table(
        "events",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("lapsed_at", sa.BigInteger()),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("uid", name="pk_events"),
    )
    op.create_table(
        "feeds",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("raw", sa.LargeBinary()),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", sa.BigInteger()),
        sa.Column("next_at", sa.BigInteger()),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_feeds"),
    )
    op.create_index("ix_feeds_stale", "feeds", ["stale"])
    op.create_index("ix_feeds_next_at", "feeds", ["next_at"])
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("fetched_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.UniqueConstraint("digest", name="uq_subscriptions_digest"),
        sa.ForeignKeyConstraint(["feed"], ["feeds.name"], name="fk_subscriptions_feed"),
    )
    op.create_index("ix_subscriptions_feed", "subscriptions", ["feed"])
    op.create_table(
        "received",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), server_default="", nullable=False),
        sa.Column("task", sa.Text()),
        sa.Column("contact", sa.Integer()),
        sa.Column("message", sa.Integer()),
        sa.Column("told", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_received"),
    )
    op.create_index("ix_received_task", "received", ["task"])
    op.create_index("ix_received_at", "received", ["at"])
