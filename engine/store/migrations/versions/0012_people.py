"""who is away, and what a page changed that the lists do not say yet"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("contacts", "roles"):
        op.add_column(table, sa.Column("listed", sa.JSON(), nullable=True))
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact", sa.Integer(), nullable=False),
        sa.Column("stand_in", sa.Integer(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"], name="fk_absences_contact"),
        sa.ForeignKeyConstraint(["stand_in"], ["contacts.id"], name="fk_absences_stand_in"),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
    )
    op.create_index("ix_absences_contact", "absences", ["contact"])
