"""The studio's fixed bounds on what it is sent."""

from __future__ import annotations

PHOTO_BYTES = 20 * 1024 * 1024
BODY_BYTES = 30 * 1024 * 1024  # a photo of that size in base64, and room for line breaks
PROMPT_CHARACTERS = 1000
KEY_CHARACTERS = 255  # of an Idempotency-Key
