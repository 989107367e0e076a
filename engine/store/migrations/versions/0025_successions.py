"""who takes over from whom on a later day, and what was asked because of that"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "successions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("ends_links", sa.Boolean(), nullable=False),
        sa.Column("imported", sa.Integer()),
        sa.Column("next_at", sa.BigInteger()),
        sa.Column("done_at", sa.BigInteger()),
        sa.Column("asked", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("reminders", sa.JSON(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_successions"),
        sa.ForeignKeyConstraint(["old"], ["contacts.id"], name="fk_successions_old"),
        sa.ForeignKeyConstraint(["new"], ["contacts.id"], name="fk_successions_new"),
    )
    where = sa.text("next_at IS NOT NULL")
    op.create_index("ix_successions_next_at", "successions", ["next_at"], sqlite_where=where, postgresql_where=where)
