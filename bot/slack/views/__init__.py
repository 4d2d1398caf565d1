"""State in, Block Kit out: no client, no settings, no clock."""
