"""What the bot does for community events; knows no Discord."""
