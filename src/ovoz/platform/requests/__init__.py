"""What every request of the API is held to: how many there are, that none acts twice or overwrites unseen work."""
