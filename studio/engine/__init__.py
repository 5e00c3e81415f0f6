"""The studio's pixels: a photo in, a picture out; no HTTP, no asyncio."""
