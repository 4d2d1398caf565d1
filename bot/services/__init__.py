"""The use cases. Each public method owns its transactions and holds none across the network."""
