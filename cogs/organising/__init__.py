"""What /event does, one module for each part of it; `cogs.event` declares the commands."""
