"""The meaning of a text as numbers, as nlu writes it. Pure."""

import base64

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""The numbers of one text, or one row a text."""


def read(written: str) -> Vector:
    """The numbers of one text from float16, little-endian, in base64 (see nlu/README.md).

    Raises ValueError when it is no such thing, or one of the numbers is none.
    """
    numbers = np.frombuffer(base64.b64decode(written, validate=True), dtype="<f2").astype(np.float32)
    if not numbers.size or not np.isfinite(numbers).all():
        raise ValueError("an embedding must be finite numbers")
    return numbers
