"""Lives of orders, played at random against the whole bot: the world, what is true of it, and who acts in it."""
