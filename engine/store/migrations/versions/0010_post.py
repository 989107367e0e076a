"""What the bureau decided ahead of mail that is not made ready yet, and which message another one repeats."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("again_of", sa.Integer()))
    op.create_table(
        "ahead",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("contact", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("task", "step", "contact", name="pk_ahead"),
        sa.ForeignKeyConstraint(["task"], ["tasks.key"], name="fk_ahead_task"),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"], name="fk_ahead_contact"),
    )
