"""Files kept in var/attachments: what customers upload in the web chat, and what staff send anywhere."""

import uuid
from pathlib import Path

from bot.errors import NotFound, Unreadable
from bot.messages import Attachment

LARGEST_FILE = 10 * 1024 * 1024
PICTURE, DOCUMENT = "photo", "document"
MAGIC = {
    b"\xff\xd8\xff": (".jpg", "image/jpeg"),
    b"\x89PNG\r\n": (".png", "image/png"),
    b"GIF8": (".gif", "image/gif"),
    b"%PDF-": (".pdf", "application/pdf"),
}
"""What a file begins with decides what it is, not its name."""
WEBP = (".webp", "image/webp")


class Files:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, content: bytes) -> Attachment:
        """Keep a file. Raises Unreadable for one that is too large or of no kind we take."""
        if len(content) > LARGEST_FILE:
            raise Unreadable("a file may have 10 MB at the most")
        kind = next((k for start, k in MAGIC.items() if content.startswith(start)), None)
        if kind is None and content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            kind = WEBP
        if kind is None:
            raise Unreadable("only pictures (JPEG, PNG, GIF, WebP) and PDF files can be sent here")
        ending, mime = kind
        stored = f"{uuid.uuid4().hex}{ending}"
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / stored).write_bytes(content)
        shown = "".join(sign for sign in Path(name).name if sign.isprintable())[:120]
        return Attachment(DOCUMENT if ending == ".pdf" else PICTURE, stored, shown, mime, len(content))

    @property
    def folder(self) -> Path:
        return self._folder

    def find(self, stored: str) -> tuple[Path, str]:
        """A kept file and its type; its name is the key to it. Raises NotFound."""
        path = self._folder / Path(stored).name
        mime = next((m for e, m in [*MAGIC.values(), WEBP] if e == path.suffix), None)
        if mime is None or not path.is_file():
            raise NotFound("there is no such file")
        return path, mime
