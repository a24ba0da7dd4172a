"""The pages before the console: plain forms without scripts, so they work when nothing else does.

Every form brings along the token of a cookie that only our own page was given.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.app import App
from bot.console.gate import COOKIE, KNOWN, LOGIN, REFERRER, STEPS, form_token, is_https, is_own_form, visitor_of
from bot.console.html import Html, joined, tag
from bot.console.mount import PREFIX
from bot.console.origin import path_within
from bot.console.words import Words
from bot.errors import Unreadable
from bot.staff.secret import SHORTEST_PASSWORD
from bot.staff.sessions import KNOWN_FOR
from bot.staff.sign_in import Entered, TooBusy, WrongSignIn
from bot.staff.stage import Stage
from bot.staff.tries import TooManyTries

FORM = "carebot_form"
LANGUAGE = "carebot_console_language"
STYLE = Path(__file__).resolve().parent / "assets" / "sign_in.css"
POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

Answer = Callable[[Request], Awaitable[Response]]


def pages() -> Starlette:
    """The ASGI application of the sign-in pages."""
    return Starlette(
        routes=[
            Route("/login", ask_who, methods=["GET"]),
            Route("/login", enter, methods=["POST"]),
            Route("/login/code", ask_code, methods=["GET"]),
            Route("/login/code", give_code, methods=["POST"]),
            Route("/login/renewal", ask_renewal, methods=["GET"]),
            Route("/login/renewal", renew, methods=["POST"]),
            Route("/login/language/{language:str}", switch_language, methods=["GET"]),
            Route("/login/style.css", style, methods=["GET"]),
            Route("/logout", leave, methods=["POST"]),
        ]
    )


def _app(request: Request) -> App:
    found: App = request.scope["gate"].carebot
    return found


def _words(request: Request) -> Words:
    """In the language that was chosen here before, else the browser's."""
    app = _app(request)
    spoken = request.headers.get("accept-language", "")
    language = request.cookies.get(LANGUAGE) or ("zh" if spoken.strip().lower().startswith("zh") else "en")
    return Words(app.data.now.console, language, app.data.now.voice.zone)


def _next(request: Request) -> str:
    return path_within(request.query_params.get("next", ""), PREFIX)


async def style(_: Request) -> Response:
    return FileResponse(STYLE, media_type="text/css", headers={"Cache-Control": "no-cache"})


async def switch_language(request: Request) -> Response:
    answer = RedirectResponse(LOGIN, 303)
    _set(request, answer, LANGUAGE, "zh" if request.path_params["language"] == "zh" else "en", PREFIX, 365 * 86400)
    return answer


# --- the steps


def step(
    problem_page: Callable[[Request, str, int], Response],
) -> Callable[[Callable[..., Awaitable[Response]]], Answer]:
    """A form that was sent: only our own; what was wrong is told above the same form."""

    def made(handle: Callable[..., Awaitable[Response]]) -> Answer:
        @wraps(handle)
        async def handled(request: Request) -> Response:
            words, form = _words(request), await request.form()
            if not is_own_form(request.cookies.get(FORM, ""), form.get("token")):
                return problem_page(request, words("sign_in.stale"), 403)
            try:
                return await handle(request, form)
            except TooManyTries as error:
                seconds = max(1, round(error.after.total_seconds()))
                answer = problem_page(request, words("sign_in.wait", seconds=seconds), 429)
                answer.headers["Retry-After"] = str(seconds)
                return answer
            except TooBusy:
                return problem_page(request, words("sign_in.busy"), 503)

        return handled

    return made


def _ask_who(request: Request, problem: str = "", status: int = 200) -> Response:
    words = _words(request)
    fields = joined(
        _field("login", words("sign_in.login"), "text", "username", focus=True),
        _field("password", words("sign_in.password"), "password", "current-password"),
    )
    other = "en" if words.language == "zh" else "zh"
    link = tag("a", words("sign_in.other_language"), href=f"{LOGIN}/language/{other}", lang=other)
    return _page(request, words("sign_in.title"), LOGIN, fields, words("sign_in.enter"), problem, status, link)


def _ask_code(request: Request, problem: str = "", status: int = 200) -> Response:
    words = _words(request)
    field = _field("code", words("sign_in.code"), "text", "one-time-code", focus=True)
    title = words("sign_in.code_title")
    return _page(request, title, STEPS[Stage.CODE], field, words("sign_in.go_on"), problem, status, _again(words))


def _ask_renewal(request: Request, problem: str = "", status: int = 200) -> Response:
    words = _words(request)
    fields = joined(
        tag("p", words("sign_in.renewal_why", length=SHORTEST_PASSWORD)),
        _field("password", words("sign_in.new_password"), "password", "new-password", focus=True),
        _field("again", words("sign_in.again"), "password", "new-password"),
    )
    title = words("sign_in.renewal_title")
    return _page(request, title, STEPS[Stage.RENEWAL], fields, words("sign_in.go_on"), problem, status, _again(words))


async def ask_who(request: Request) -> Response:
    return _ask_who(request)


async def ask_code(request: Request) -> Response:
    return _ask_code(request)


async def ask_renewal(request: Request) -> Response:
    return _ask_renewal(request)


@step(_ask_who)
async def enter(request: Request, form: FormData) -> Response:
    app = _app(request)
    login, password = str(form.get("login", "")), str(form.get("password", ""))
    try:
        entered = await app.door.enter(login, password, visitor_of(request), app.clock.now())
    except WrongSignIn:
        return _ask_who(request, _words(request)("sign_in.wrong"), 401)
    return _go_on(request, entered, _next(request))


@step(_ask_code)
async def give_code(request: Request, form: FormData) -> Response:
    app, token = _app(request), request.cookies.get(COOKIE, "")
    if not await _is_at(request, Stage.CODE):
        return _ask_who(request, _words(request)("sign_in.too_late"), 401)
    try:
        entered = await app.door.give_code(token, str(form.get("code", "")), visitor_of(request), app.clock.now())
    except WrongSignIn:
        return _ask_code(request, _words(request)("sign_in.wrong_code"), 401)
    return _go_on(request, entered, _next(request))


@step(_ask_renewal)
async def renew(request: Request, form: FormData) -> Response:
    app, token, words = _app(request), request.cookies.get(COOKIE, ""), _words(request)
    if not await _is_at(request, Stage.RENEWAL):
        return _ask_who(request, words("sign_in.too_late"), 401)
    password = str(form.get("password", ""))
    if password != form.get("again"):
        return _ask_renewal(request, words("sign_in.not_the_same"), 422)
    try:
        entered = await app.door.renew(token, password, visitor_of(request), app.clock.now())
    except Unreadable:
        return _ask_renewal(request, words("sign_in.too_easy", length=SHORTEST_PASSWORD), 422)
    except WrongSignIn:
        return _ask_who(request, words("sign_in.too_late"), 401)
    return _go_on(request, entered, _next(request))


async def _is_at(request: Request, stage: Stage) -> bool:
    app = _app(request)
    found = await app.door.visit(request.cookies.get(COOKIE, ""), app.clock.now(), is_use=False)
    return found is not None and found.stage is stage


async def leave(request: Request) -> Response:
    """Sign out. The form stands in the console, so its token is that of the session."""
    app, form, token = _app(request), await request.form(), request.cookies.get(COOKIE, "")
    if not is_own_form(token, form.get("token")):
        return _ask_who(request, _words(request)("sign_in.stale"), 403)
    await app.door.leave(token, app.clock.now())
    answer = RedirectResponse(LOGIN, 303)
    answer.delete_cookie(COOKIE, PREFIX, secure=is_https(request), httponly=True, samesite="strict")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _go_on(request: Request, entered: Entered, wanted: str) -> Response:
    """To the next step, or in; the token of this step replaces that of the last."""
    ways = {stage: f"{path}?next={quote(wanted)}" for stage, path in STEPS.items()}
    answer = RedirectResponse(ways.get(entered.stage, wanted), 303)
    longest = int(_app(request).door.limits.longest.total_seconds())
    _set(request, answer, COOKIE, entered.token, PREFIX, longest)
    if entered.known:
        _set(request, answer, KNOWN, entered.known, LOGIN, int(KNOWN_FOR / timedelta(seconds=1)))
    return answer


def _set(request: Request, answer: Response, name: str, value: str, path: str, seconds: int) -> None:
    answer.set_cookie(
        name, value, max_age=seconds, path=path, secure=is_https(request), httponly=True, samesite="strict"
    )


# --- how they look


def _field(name: str, label: str, kind: str, fill: str, focus: bool = False) -> Html:
    field = tag(
        "input", id=name, name=name, type=kind, autocomplete=fill, required=True, autofocus=focus, maxlength="200",
        autocapitalize="none", spellcheck="false",
    )  # fmt: skip
    return joined(tag("label", label, for_=name), field)


def _again(words: Words) -> Html:
    return tag("a", words("sign_in.begin_again"), href=LOGIN)


def _page(
    request: Request, title: str, to: str, fields: Html, button: str, problem: str, status: int, link: Html
) -> Response:
    words = _words(request)
    cookie = request.cookies.get(FORM) or secrets.token_urlsafe(32)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("title", f"{title} · Carebot"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("link", rel="stylesheet", href=f"{LOGIN}/style.css"),
    )
    form = tag(
        "form",
        tag("input", type="hidden", name="token", value=form_token(cookie)),
        fields,
        tag("button", button, type="submit"),
        method="post",
        action=f"{to}?next={quote(_next(request))}",
    )
    alert = tag("p", problem, role="alert") if problem else Html()
    main = tag("main", tag("h1", title), tag("p", words("sign_in.shop")), alert, form, tag("nav", link))
    document = tag("html", head, tag("body", main), lang="zh-CN" if words.language == "zh" else "en")
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": REFERRER, "Cache-Control": "no-store"}
    answer = HTMLResponse(f"<!doctype html>{document}", status, headers)
    if not request.cookies.get(FORM):
        _set(request, answer, FORM, cookie, PREFIX, 86400)
    return answer
