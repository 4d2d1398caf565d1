"""How long rows are held and left alone; all of it machine time."""

from datetime import timedelta
from typing import Final

SENDING_LEASE: Final = timedelta(seconds=90)
"""How long the sender of an operation has the row for itself: longer than the longest write to Dintero."""

LAPSED_LEASE: Final = timedelta(seconds=30)
"""How long the one that found a lapsed operation has to say so, before another may."""

LONGEST_LEASE: Final = timedelta(minutes=2)
"""No row is held longer by one claim: a lease that ends later was written under a clock that was ahead."""

NEW_ORDER_REST: Final = timedelta(seconds=3)
"""How long a new order's card waits for the answer to its create, so that both cost one post."""
