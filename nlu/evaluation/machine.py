"""The machine a figure was measured on, in one line."""

import os
import platform
from pathlib import Path


def machine() -> str:
    """For example "Linux x86_64, 2 cores, Intel(R) Xeon(R) Platinum 8488C"."""
    return ", ".join(filter(None, (f"{platform.system()} {platform.machine()}", f"{os.cpu_count()} cores", _name())))


def _name() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
