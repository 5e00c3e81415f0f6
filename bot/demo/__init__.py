"""The photo booth without an account: real bot, real studio, a simulated Discord in a browser."""
