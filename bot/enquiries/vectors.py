"""The vectors of texts kept on disk, so that a restart embeds nothing. One file, replaced as a whole.

It belongs to one encoder, known by its probe: with another in nlu it counts as empty. Texts stand in it
as hashes.
"""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import structlog

from bot.enquiries.meaning import same_encoder
from bot.vector import Vector

FILE = "meaning.npz"
BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
"""What NumPy raises for a file that is not ours, or only half of it."""

log = structlog.get_logger()


def key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def load(folder: Path, probe: Vector) -> dict[bytes, Vector]:
    """The vectors that this encoder made, by the key of the text. A broken file is thrown away and logged."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            if not same_encoder(kept["probe"], probe):
                return {}
            keys, rows = kept["keys"], kept["vectors"].astype(np.float32)
        if keys.dtype != np.uint8 or keys.shape != (len(rows), 32):
            raise ValueError("keys and vectors do not fit together")
        if rows.shape[1:] != probe.shape or not np.isfinite(rows).all():
            raise ValueError("the vectors are not those of this encoder")
    except BROKEN as error:
        log.warning("the kept vectors cannot be read and are made anew", file=str(path), error=str(error))
        with suppress(OSError):  # then the next `save` replaces it, or says why it cannot
            path.unlink()
        return {}
    return {one.tobytes(): row for one, row in zip(keys, rows, strict=True)}


def save(folder: Path, probe: Vector, vectors: Mapping[bytes, Vector]) -> None:
    """Keep these and no others. A disk that is full costs time at the next start, nothing more."""
    half = folder / f"{FILE}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with half.open("wb") as out:
            np.savez(
                out,
                probe=probe,
                keys=np.frombuffer(b"".join(vectors), dtype=np.uint8).reshape(-1, 32),
                vectors=np.stack(list(vectors.values())).astype(np.float16),
            )
        half.replace(folder / FILE)
    except OSError as error:
        with suppress(OSError):  # the same disk
            half.unlink()
        log.warning("the vectors cannot be kept", folder=str(folder), error=str(error))
