"""Operations that give way to another link."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No operation that is there gives way to anything."""
    op.add_column("operation", sa.Column("draft_id", sa.String(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("operation", "draft_id")
