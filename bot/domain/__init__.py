"""What a payment link is and what may happen to it. No I/O, no await, no clock: `now` is always an argument."""
