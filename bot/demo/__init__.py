"""The photo booth without an account: the real bot and studio on a simulated Discord in a browser."""
