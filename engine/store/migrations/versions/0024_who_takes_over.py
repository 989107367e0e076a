"""on which day an import gave a role of another, and what it asked of whom because of that"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roles", sa.Column("came", sa.Text()))
    op.add_column("imports", sa.Column("asked", sa.JSON, server_default="[]", nullable=False))
