"""the day on which all that a task uses was in, and the steps that hang on it"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("complete", sa.Text))
    op.add_column("steps", sa.Column("on_uses", sa.Boolean(), server_default=sa.false(), nullable=False))
