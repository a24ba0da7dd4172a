"""Numbers of a run, written where the next one finds them for comparison."""

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.programs import ROOT

OUT = ROOT / "var" / "bench"


def keep(kind: str, results: Sequence[Any], quick: bool) -> Path:
    """Writes results (dataclasses) to var/bench/KIND-TIME.json, with the machine they were measured on."""
    about = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "quick": quick,
        "cores": os.cpu_count(),
        "load_before_and_now": [round(x, 1) for x in os.getloadavg()],
        "python": platform.python_version(),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / time.strftime(f"{kind}-%Y%m%d-%H%M%S.json", time.gmtime())
    content = {**about, "results": [asdict(result) for result in results]}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
