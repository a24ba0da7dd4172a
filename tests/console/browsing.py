"""A browser without a screen: it keeps cookies, says which page it comes from, and fills in forms."""

import re
from html import unescape
from typing import Any

import httpx

from tests.staff.people import PASSWORD

PAGE = {"Accept": "text/html"}
TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')


class Visit:
    """`page` is the newest answer."""

    def __init__(self, address: str, language: str = "en") -> None:
        self.address = address
        headers = {"Accept-Language": language, **PAGE}
        self.http = httpx.AsyncClient(base_url=address, headers=headers, timeout=60)
        self.page: httpx.Response

    async def opens(self, path: str, **headers: str) -> httpx.Response:
        self.page = await self.http.get(path, headers=headers)
        return self.page

    async def sends(self, path: str, origin: str | None = "", **fields: Any) -> httpx.Response:
        """A form, with the token that the newest page had. `origin` None: the browser does not tell."""
        headers = {} if origin is None else {"Origin": origin or self.address}
        if "token" not in fields and (found := TOKEN.search(self.page.text)):
            fields["token"] = found[1]
        self.page = await self.http.post(path, data=fields, headers=headers)
        return self.page

    async def signs_in(self, login: str, password: str = PASSWORD, to: str = "") -> httpx.Response:
        await self.opens("/console/login" + (f"?next={to}" if to else ""))
        action = unescape(re.findall(r'action="([^"]+)"', self.page.text)[0])
        return await self.sends(action, login=login, password=password)

    def cookie(self, name: str = "carebot_staff") -> str:
        return next((c.value or "" for c in self.http.cookies.jar if c.name == name), "")

    def set_cookie(self, name: str) -> str:
        """How the newest answer set it."""
        return next((c for c in self.page.headers.get_list("set-cookie") if c.startswith(f"{name}=")), "")
