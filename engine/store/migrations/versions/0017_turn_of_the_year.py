"""schooljaren that were closed; the codes that a party had before"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("schooljaren", sa.Column("closed_at", sa.BigInteger()))
    op.add_column("schooljaren", sa.Column("closed_by", sa.Text(), server_default="", nullable=False))
    op.add_column("parties", sa.Column("formerly", sa.JSON(), server_default="[]", nullable=False))
