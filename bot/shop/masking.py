"""Personal data shortened for display and logs: enough to recognise one's own, too little for anybody else."""

import re

HIDDEN = "****"


def _middle(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


def mask_phone(phone: str) -> str:
    """13900000078 → 13*******78; spaces and hyphens go, so that their places tell nothing."""
    digits = re.sub(r"[^\d+]", "", phone)
    return _middle(digits, 3 if digits.startswith("+") else 2, 2)


def mask_email(email: str) -> str:
    """emma.clarke@example.com → e****@example.com."""
    name, at, host = email.rpartition("@")
    return f"{name[:1]}{HIDDEN}@{host}" if at and name else "*" * len(email)


def mask_name(name: str) -> str:
    """The first character of each word stays: Emma Clarke → E*** C*****."""
    return re.sub(r"(?<=\S)\S", "*", name) if len(name.strip()) > 1 else "*" * len(name)


def mask_address(address: str) -> str:
    """The region stays, street and number go.

    Comma-separated (English, the region last): "Flat 3, 12 Nanjing Rd, Huangpu, Shanghai" → "****, Huangpu, Shanghai".
    Otherwise (Chinese, the region first): the first parts between spaces, at most half of them, or a third of the
    characters where there are no spaces.
    """
    whole = address.strip()
    if re.search(r"[A-Za-z]", whole) and "," in whole:
        parts = [part.strip() for part in whole.split(",") if part.strip()]
        kept = parts[-2:] if len(parts) > 2 else parts[-1:]
        return ", ".join([HIDDEN, *kept]) if len(parts) > 1 else HIDDEN
    if len(parts := whole.split()) > 1:
        return " ".join(parts[: min(2, len(parts) // 2)]) + HIDDEN
    return whole[: min(6, len(whole) // 3)] + HIDDEN if whole else ""
