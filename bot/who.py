"""Who is in a photo, in the words people choose from."""

from __future__ import annotations

from faceswap.models import Gender

WHO = {
    "Man": Gender.MALE,
    "Woman": Gender.FEMALE,
    "Boy": Gender.BOY,
    "Girl": Gender.GIRL,
    "Group": Gender.GROUP,
}
