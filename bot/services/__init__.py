"""What the bot can do; knows no Discord."""
