"""Saved items, and an index to find a person's last order by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An empty list to begin with."""
    op.create_table(
        "item",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.Integer(), nullable=False),
        sa.Column("kept_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_item_workspace_id_workspace"),
        sa.UniqueConstraint("workspace_id", "currency", "name_key", name="uq_item_workspace_id"),
    )
    op.create_index("ix_orders_of_issuer", "orders", ["workspace_id", "issuer", "created_at"])


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_orders_of_issuer", "orders")
    op.drop_table("item")
