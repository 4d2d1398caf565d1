"""The world's knobs."""

HANDS = {}
