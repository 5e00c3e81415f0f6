"""What the bot can do for community events; knows no Discord."""
