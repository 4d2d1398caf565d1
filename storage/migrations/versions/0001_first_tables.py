"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    _upgrade_common()
    _upgrade_orders()
    _upgrade_links()


def downgrade() -> None:
    """Drop all tables."""
    for table in (
        "operation",
        "event",
        "link",
        "order_line",
        "orders",
        "draft",
        "budget",
        "task",
        "lane",
        "account",
        "workspace",
    ):
        op.drop_table(table)


def _where(condition: str) -> Any:
    """A partial index, on both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _upgrade_common() -> None:
    """What everything hangs on, and what the replicas share."""
    op.create_table(
        "workspace",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspace"),
        sa.UniqueConstraint("team_id", name="uq_workspace_team_id"),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
    )
    op.create_table(
        "lane",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("turns", sa.Text(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_lane"),
    )
    op.create_table(
        "task",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_task"),
    )
    op.create_table(
        "budget",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("second", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_budget_account_id_account"),
        sa.PrimaryKeyConstraint("account_id", "second", name="pk_budget"),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_draft_workspace_id_workspace"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
    )
    op.create_index("ix_draft_at", "draft", ["at"])


def _upgrade_orders() -> None:
    """Orders."""
    op.create_table(
        "orders",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("phone_hash", sa.String(), nullable=True),
        sa.Column("phone_last3", sa.String(), nullable=True),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("card_state", sa.String(), nullable=False),
        sa.Column("card_channel", sa.String(), nullable=False),
        sa.Column("card_ts", sa.String(), nullable=True),
        sa.Column("card_version", sa.Integer(), nullable=False),
        sa.Column("card_posts", sa.Integer(), nullable=False),
        sa.Column("diverted", sa.Boolean(), nullable=False),
        sa.Column("untold_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=True),
        sa.Column("tell_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tell_lease", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tell_fence", sa.Integer(), nullable=False),
        sa.Column("stirred", sa.Integer(), nullable=False),
        sa.Column("tell_seen", sa.Integer(), nullable=False),
        sa.Column("stumbles", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_orders_account_id_account"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_orders_workspace_id_workspace"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("draft_id", name="uq_orders_draft_id"),
    )
    op.create_index("ix_orders_created_at", "orders", ["created_at"])
    op.create_index("ix_orders_phone_hash", "orders", ["phone_hash"])
    op.create_index("ix_orders_reference", "orders", ["reference"])
    op.create_index("ix_orders_untold", "orders", ["urgency", "untold_since"], **_where("untold_since IS NOT NULL"))
    op.create_table(
        "order_line",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("vat", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_line_order_id_orders"),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_order_line"),
    )


def _upgrade_links() -> None:
    """Links and what happens to them."""
    op.create_table(
        "link",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("merchant_reference", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("session_hint", sa.String(), nullable=True),
        sa.Column("transaction_id", sa.String(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("auto_capture", sa.Boolean(), nullable=False),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hint_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_link_account_id_account"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_link_order_id_orders"),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sa.UniqueConstraint("account_id", "merchant_reference", name="uq_link_account_id"),
        sa.UniqueConstraint("order_id", "n", name="uq_link_order_id"),
        sa.UniqueConstraint("token_hash", name="uq_link_token_hash"),
    )
    op.create_index("ix_link_due", "link", ["due_at"], **_where("due_at IS NOT NULL"))
    op.create_index("ix_link_session_id", "link", ["session_id"])
    op.create_index("ix_link_transaction_id", "link", ["transaction_id"])
    op.create_table(
        "operation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("seen_open", sa.BigInteger(), nullable=False),
        sa.Column("response_url", sa.Text(), nullable=True),
        sa.Column("view_id", sa.String(), nullable=True),
        sa.Column("correlation_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name="fk_operation_link_id_link"),
        sa.PrimaryKeyConstraint("id", name="pk_operation"),
    )
    op.create_index("ix_operation_link_id", "operation", ["link_id"])
    op.create_index(
        "ix_operation_open",
        "operation",
        ["link_id"],
        unique=True,
        **_where("state IN ('awaiting', 'wanted', 'sending', 'accepted', 'unknown')"),
    )
    op.create_index(
        "ix_operation_run", "operation", ["state", "created_at"], **_where("state IN ('wanted', 'sending')")
    )
    op.create_table(
        "event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("told_ts", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name="fk_event_link_id_link"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("link_id", "seq", name="uq_event_link_id"),
    )
    op.create_index("ix_event_at", "event", ["at"])
    op.create_index("ix_event_untold", "event", ["link_id"], **_where("told_ts IS NULL"))
