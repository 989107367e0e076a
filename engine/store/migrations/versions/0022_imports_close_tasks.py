"""what undoing an import does to the tasks that it closed"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("closed", sa.JSON, server_default="[]", nullable=False))
