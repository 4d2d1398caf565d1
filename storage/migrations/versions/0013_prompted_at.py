"""For when a callback last asked for a read of a link: callbacks that are repeated within a second share one."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No callback has asked for a read yet."""
    op.add_column("link", sa.Column("prompted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("link", "prompted_at")
