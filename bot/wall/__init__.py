"""The live wall: a web server of its own beside the bot; knows no Discord."""
