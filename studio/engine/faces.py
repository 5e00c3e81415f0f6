"""The faces in a photo: their 468 landmarks, and whether they are good enough to work with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.detector import Detection, detect
from studio.engine.pixels import Bytes, Floats, resize_bytes
from studio.engine.runtime import Model, run

MIN_LANDMARK_SCORE: Final = 0.5  # below it, what the detector found is not a face
DETECTION_SIDE: Final = 1280  # the longer side of the copy that is searched
EASY_FACE: Final = 0.12  # a face this large (of the longer side) needs no search on tiles

MAX_UPRIGHT_ROLL: Final = 50.0  # degrees; people tilt their heads, but not further than this
SURELY_UPRIGHT: Final = 0.86  # upright faces of the test photos: 0.87 and more, turned ones: less

_TURNED_SCORE: Final = 0.8  # turning a photo until something looks like a face finds false ones
_SMALLEST_SEARCHED: Final = 24  # pixels; no strip narrower than this holds a usable face
_CROP: Final = 192  # pixels, the landmark network's input
_CROP_MARGIN: Final = 1.5  # crop per face box

FOREHEAD, CHIN, RIGHT_EDGE, LEFT_EDGE, NOSE = 10, 152, 234, 454, 1
RIGHT_EYE, LEFT_EYE = (33, 133), (362, 263)  # corners; the person's own right and left
MOUTH_CORNERS = (61, 291)
OVAL: Final = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One face; all lengths in pixels of the image it was found in."""

    points: Floats = field(repr=False)  # 468 x 3: x, y, and depth growing away from the camera
    score: float  # 0..1: how sure the landmark network is that this is a face
    detection_score: float  # 0..1: how sure the detector is; falls when the head is not upright

    @property
    def centre(self) -> tuple[float, float]:
        x, y = self.points[list(OVAL), :2].mean(axis=0)
        return float(x), float(y)

    @property
    def height(self) -> float:
        """Top of the forehead to chin."""
        return float(np.linalg.norm(self.points[FOREHEAD, :2] - self.points[CHIN, :2]))

    @property
    def width(self) -> float:
        """The oval's wider extent; the distance between the ears shrinks when a head turns."""
        extent = np.ptp(self.points[list(OVAL), :2], axis=0)
        return float(max(extent[0], 0.75 * self.height))

    @property
    def roll(self) -> float:
        """Degrees the head leans in the picture's plane; positive towards its left shoulder."""
        down = self.points[CHIN, :2] - self.points[FOREHEAD, :2]
        return float(np.degrees(np.arctan2(-down[0], down[1])))

    @property
    def is_upright(self) -> bool:
        return abs(self.roll) < MAX_UPRIGHT_ROLL

    def moved(self, *, scale: float, left: float, top: float) -> Face:
        """Follow the image: first it was scaled, then shifted by (left, top)."""
        points = self.points * np.float32(scale)
        points[:, :2] += np.array([left, top], np.float32)
        return replace(self, points=points)


def find_faces(pixels: Bytes, *, everyone: bool) -> tuple[Face, ...]:
    """Find faces, largest first; `everyone` searches for small ones beside a large one."""
    height, width = pixels.shape[:2]
    scale = min(1.0, DETECTION_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if min(size) < _SMALLEST_SEARCHED:
        return ()
    small = resize_bytes(pixels, size) if scale < 1 else pixels
    faces = _faces(small, detect(small, thorough=everyone))
    if not everyone and not any(face.height > EASY_FACE * max(size) for face in faces):
        faces = _faces(small, detect(small, thorough=True))
    faces.sort(key=lambda face: -face.height)
    return tuple(face.moved(scale=1 / scale, left=0, top=0) for face in faces)


def find_faces_any_way_up(pixels: Bytes, *, everyone: bool) -> tuple[Bytes, tuple[Face, ...]]:
    """Find faces even if the photo lies on its side; returns the photo turned so they are upright.

    Cameras that do not know which way is up write no rotation tag. The networks find most turned
    faces too, but are less sure of them.
    """
    as_sent = find_faces(pixels, everyone=everyone)
    best, surest = (pixels, as_sent), _upright_score(as_sent)
    if surest > SURELY_UPRIGHT:
        return best
    for quarters in (1, 3, 2):
        turned = np.ascontiguousarray(np.rot90(pixels, quarters))
        faces = find_faces(turned, everyone=everyone)
        score = _upright_score(faces)
        if score > max(surest, _TURNED_SCORE):
            best, surest = (turned, faces), score
    return best


def _upright_score(faces: tuple[Face, ...]) -> float:
    return max((face.detection_score for face in faces if face.is_upright), default=0.0)


def _faces(pixels: Bytes, detections: list[Detection]) -> list[Face]:
    faces = (_landmarks(pixels, detection) for detection in detections)
    return [face for face in faces if face.score > MIN_LANDMARK_SCORE]


def _landmarks(pixels: Bytes, detection: Detection) -> Face:
    """Run the landmark network twice: the second crop is centred on what the first one saw."""
    centre, side, roll = np.array(detection.centre, np.float32), detection.side, detection.roll
    for _ in range(2):
        points, score = _landmarks_in_crop(
            pixels, centre=centre, side=side * _CROP_MARGIN, roll=roll
        )
        face = Face(points=points, score=score, detection_score=detection.score)
        roll = face.roll
        centre, side = _upright_extent(points[:, :2], roll)
    return face


def _landmarks_in_crop(
    pixels: Bytes, *, centre: Floats, side: float, roll: float
) -> tuple[Floats, float]:
    """Cut out an upright square of `side` pixels and return the points in it and their score."""
    scale = _CROP / max(side, 1.0)
    to_crop = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), roll, scale)
    to_crop[:, 2] = to_crop[:, 2] + (_CROP / 2 - centre)
    source = pixels
    blurred = round(0.7 / scale)  # pixels; warpAffine itself samples without averaging
    if blurred > 1:
        source = cast(Bytes, cv2.blur(pixels, (blurred, blurred)))
    crop = cv2.warpAffine(source, to_crop, (_CROP, _CROP), borderMode=cv2.BORDER_REPLICATE)
    outputs = run(Model.FACE_LANDMARK, crop.astype(np.float32) / np.float32(255))
    points = next(output for output in outputs if output.size == 468 * 3).reshape(468, 3)
    logit = float(next(output for output in outputs if output.size == 1).ravel()[0])
    back = cv2.invertAffineTransform(to_crop)
    points[:, :2] = points[:, :2] @ back[:, :2].T + back[:, 2]
    points[:, 2] /= scale
    return points, 1 / (1 + float(np.exp(-logit)))


def _upright_extent(points: Floats, roll: float) -> tuple[Floats, float]:
    """Centre and larger side of the points' box, measured along the leaning head's own axes."""
    angle = np.radians(roll)
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    along = points @ axes.T
    low, high = along.min(axis=0), along.max(axis=0)
    centre = ((low + high) / 2) @ axes
    return centre.astype(np.float32), float((high - low).max())


def face_values(plane: Floats, face: Face) -> Floats:
    """Collect a plane's values inside the face's oval; all values if the oval is outside."""
    mask = np.zeros(plane.shape, np.uint8)
    outline = np.round(face.points[list(OVAL), :2]).astype(np.int32)
    cv2.fillConvexPoly(mask, cv2.convexHull(outline), 1)
    values = plane[mask > 0]
    return values if values.size else plane.ravel()
