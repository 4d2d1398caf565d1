"""Numbers for references, by channel, and an index to find a customer's latest orders by."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No channel numbers its references yet."""
    op.create_table(
        "numbering",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "channel", name="pk_numbering"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_numbering_workspace_id_workspace"),
    )
    op.create_index("ix_orders_of_phone", "orders", ["phone_hash", "created_at"])
    op.drop_index("ix_orders_phone_hash", "orders")


def downgrade() -> None:
    """Forget them."""
    op.create_index("ix_orders_phone_hash", "orders", ["phone_hash"])
    op.drop_index("ix_orders_of_phone", "orders")
    op.drop_table("numbering")
