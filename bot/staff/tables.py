"""People who work here, how they sign in, the shop's API tokens, and the record of who did what.

Of passwords, sessions, tokens and recovery codes only hashes are kept.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId, enum_column
from bot.staff.account import Role
from bot.staff.stage import Stage


class Staff(Base):
    """A row with a name alone signs answers (`carebot queue`); only one with a login and a password signs in."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    login: Mapped[str | None] = mapped_column(unique=True)
    """Case-folded; None: cannot sign in."""
    role: Mapped[Role] = mapped_column(enum_column(Role), default=Role.AGENT)
    language: Mapped[str] = mapped_column(default="en")
    languages: Mapped[list[Any]] = mapped_column(default=list)
    teams: Mapped[list[Any]] = mapped_column(default=list)
    capacity: Mapped[int] = mapped_column(default=5)
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str] = mapped_column(default="")
    must_change: Mapped[bool] = mapped_column(default=False)
    """The password was given by somebody else: nothing is open until it is changed."""
    totp_secret: Mapped[str] = mapped_column(default="")
    """Base32; empty: no second factor."""
    totp_step: Mapped[int] = mapped_column(BigId, default=0)
    """The newest time step whose code was used: an older or the same one is used up."""


class RecoveryCode(Base):
    """One for each time the authenticator is not at hand; deleted when it is used."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)


class StaffSession(Base):
    """A browser that somebody has signed in with. Its stage says how far: see bot/staff/stage.py."""

    __tablename__ = "staff_session"
    __table_args__ = (Index("ix_staff_session_staff_id_ended_at", "staff_id", "ended_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage))
    address: Mapped[str]
    browser: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(default="")


class KnownBrowser(Base):
    """A browser that this person has signed in with: nobody else's tries can keep it out. It opens nothing itself."""

    __tablename__ = "known_browser"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime]


class SignInTry(Base):
    """Every try to sign in, for throttling. The login is hashed: people type passwords into the wrong field."""

    __tablename__ = "sign_in_try"
    __table_args__ = (
        Index("ix_sign_in_try_login_hash_at", "login_hash", "at"),
        Index("ix_sign_in_try_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    login_hash: Mapped[str]
    address: Mapped[str]
    browser: Mapped[str] = mapped_column(default="")
    """The hash of a known browser's token, when it belongs to the login."""
    at: Mapped[datetime] = mapped_column(index=True)
    good: Mapped[bool] = mapped_column(default=False)


class ApiToken(Base):
    """What another system signs its requests with. `hint` is its beginning, to tell tokens apart."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    hint: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[Any]] = mapped_column(default=list)
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Audit(Base):
    """Who did what to what. Rows are only added; the name stays although the person may be gone."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_deed_id", "deed", "id"), Index("ix_audit_who_id", "who", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    staff_id: Mapped[int | None] = mapped_column(BigId)
    who: Mapped[str]
    deed: Mapped[str]
    target: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
