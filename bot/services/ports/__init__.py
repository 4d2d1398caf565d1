"""What the services need of the world, by shape: storage, Dintero, Slack and the clock fit without importing them."""
