"""passes that let a user in once, by what browser a session began, and transitions by the moment"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passes",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("user", sa.Integer),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("digest", name="pk_passes"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_passes_user"),
    )
    op.create_index("ix_passes_user", "passes", ["user"])
    op.add_column("sessions", sa.Column("browser", sa.Text, nullable=False, server_default=""))
    op.add_column("users", sa.Column("came_in_at", sa.BigInteger))
    op.create_index("ix_transitions_at", "transitions", ["at", "by"])
