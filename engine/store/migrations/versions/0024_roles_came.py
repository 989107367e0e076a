"""the day of the import that brought a role to a party that had somebody in it"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roles", sa.Column("came", sa.Text()))
