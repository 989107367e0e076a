"""the appointment's own sequence beside what an invitation carries; until now that was the same"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitations", sa.Column("base", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE invitations SET base = sequence")
