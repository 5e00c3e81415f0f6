"""What `bot.assembly` puts together feature by feature; nothing here is opened or started."""
