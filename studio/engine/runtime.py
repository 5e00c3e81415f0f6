"""The neural networks: which files, that they are the right ones, and one call to run them.

The only module that knows LiteRT.
"""

from __future__ import annotations

import enum
import functools
import hashlib
from pathlib import Path
from typing import cast

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from studio.engine.pixels import Floats

MODELS = Path(__file__).parent / "assets" / "models"


class Model(enum.Enum):
    """A network we ship; the value is the SHA-256 of its file."""

    FACE_DETECTION_SHORT_RANGE = "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"
    FACE_DETECTION_FULL_RANGE_SPARSE = (
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1"
    )
    FACE_LANDMARK = "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814"
    SELFIE_SEGMENTATION = "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c"

    @property
    def path(self) -> Path:
        return MODELS / f"{self.name.lower()}.tflite"


class ModelDamaged(Exception):
    """A model file is not the one that was shipped; a picture from it could be anything."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path.name} does not have the expected SHA-256: reinstall the studio")
        self.path = path


def read_model(model: Model) -> bytes:
    """Read a model's file and check it. Raises ModelDamaged."""
    content = model.path.read_bytes()
    if hashlib.sha256(content).hexdigest() != model.value:
        raise ModelDamaged(model.path)
    return content


@functools.cache
def _interpreter(model: Model) -> Interpreter:
    interpreter = Interpreter(model_content=read_model(model), num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def run(model: Model, image: Floats) -> list[Floats]:
    """Put one image (height x width x 3, scaled as the model wants it) through a network."""
    interpreter = _interpreter(model)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[None])
    interpreter.invoke()
    outputs = [
        cast(NDArray[np.float32], interpreter.get_tensor(output["index"]))[0]
        for output in interpreter.get_output_details()
    ]
    return [output.copy() for output in outputs]
