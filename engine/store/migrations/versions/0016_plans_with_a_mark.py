"""a mark of what was planned with each task; a task planned before has none until it is planned anew"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("plan_mark", sa.Text(), server_default="", nullable=False))
