"""what is gone from the register stays, and where rows came from is remembered"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("closings", "documents"):
        op.add_column(table, sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
    for table in ("parties", "roles"):
        op.add_column(table, sa.Column("source", sa.Text(), server_default="", nullable=False))
