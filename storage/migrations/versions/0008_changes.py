"""Orders that are changed: lines by the link they hold from. And how each link travels, and to whom on the phone."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lines that are there hold from the first link; links that are there travelled as their order says."""
    with op.batch_alter_table("order_line") as table:
        table.add_column(sa.Column("since", sa.Integer(), nullable=False, server_default="1"))
        table.drop_constraint("pk_order_line", type_="primary")
        table.create_primary_key("pk_order_line", ["order_id", "since", "position"])
    op.add_column("link", sa.Column("delivery", sa.String(), nullable=False, server_default="sms"))
    op.execute("UPDATE link SET delivery = (SELECT delivery FROM orders WHERE orders.id = link.order_id)")
    op.add_column("link", sa.Column("on_phone", sa.Boolean(), nullable=False, server_default=sa.false()))
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("order_line", "since", server_default=None)
        for name in ("delivery", "on_phone"):
            op.alter_column("link", name, server_default=None)


def downgrade() -> None:
    """Forget them: an order keeps the lines of its newest link."""
    for name in ("on_phone", "delivery"):
        op.drop_column("link", name)
    newer = "SELECT 1 FROM order_line n WHERE n.order_id = order_line.order_id AND n.since > order_line.since"
    op.execute(f"DELETE FROM order_line WHERE EXISTS ({newer})")  # noqa: S608  nothing of it was typed
    with op.batch_alter_table("order_line") as table:
        table.drop_constraint("pk_order_line", type_="primary")
        table.create_primary_key("pk_order_line", ["order_id", "position"])
        table.drop_column("since")
