"""Whether a request comes from a page of ours. Pure.

A browser sends cookies along with what another site's page asks for, websockets included; it also says whose page it
was. The cookie is SameSite=Strict besides: this is the second lock on the same door.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def is_ours(headers: Mapping[str, str], public_url: str, must_tell: bool) -> bool:
    """`public_url`: the only address whose pages may ask; empty: the one that was asked for.

    `must_tell`: a request without an origin is refused, too (websockets: browsers always name it there).
    """
    origin = headers.get("origin")
    if origin is None:
        return not must_tell and headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    if public_url:
        asked, ours = urlsplit(origin), urlsplit(public_url)
        return (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc)
    return bool(urlsplit(origin).netloc) and urlsplit(origin).netloc == headers.get("host")


def comes_from_a_link_elsewhere(headers: Mapping[str, str]) -> bool:
    """Somebody followed a link of another site: the browser keeps the strict cookie back, although it has one."""
    return headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") == "navigate"


def path_within(wanted: str, prefix: str) -> str:
    """Where to go after signing in: a path of the console, or its beginning when it is anything else."""
    plain = wanted.isprintable() and "\\" not in wanted and "//" not in wanted
    return wanted if plain and wanted.startswith(f"{prefix}/") else prefix
