"""What happens when somebody types, presses or sends. Each listener translates, and calls one service."""
