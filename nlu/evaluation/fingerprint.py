"""Which data a figure belongs to."""

import hashlib
from pathlib import Path


def fingerprint(folder: Path) -> str:
    """16 hexadecimal digits that change with the name or the content of any YAML file below `folder`."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yml")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
