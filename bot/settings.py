"""Settings from the environment (prefix CAREBOT_) and from `.env`. `.env.example` explains each; a test compares."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CAREBOT_", env_file=".env", extra="ignore")

    database_url: str = Field("", description="SQLAlchemy address; empty: SQLite in the var folder.")
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8080, description="Port the web server listens on.")
    rasa_url: str = Field("http://127.0.0.1:5005", description="Where nlu answers, or where `run` starts it.")
    rasa_manage: bool = Field(True, description="Whether `run` starts and supervises nlu when none answers.")
    telegram_token: SecretStr = Field(SecretStr(""), description="Bot token; empty: no Telegram.")
    telegram_api_url: str = Field("https://api.telegram.org", description="Address of the Bot API.")
    telegram_mode: Literal["polling", "webhook"] = Field("polling", description="How updates come in.")
    telegram_webhook_secret: SecretStr = Field(SecretStr(""), description="Secret token of the webhook.")
    telegram_webhook_url: str = Field("", description="Public address to register as webhook; empty: do it yourself.")
    api_token: SecretStr = Field(
        SecretStr(""), description="Bearer token of the shop API with every scope; empty: only tokens of the console."
    )
    public_url: str = Field("", description="Address people open in their browser; empty: whatever they asked for.")
    session_idle_minutes: int = Field(120, ge=5, le=1440, description="An unused session of staff ends after it.")
    session_hours: int = Field(12, ge=1, le=168, description="The longest a session of staff lasts.")
    audit_keep_days: int = Field(1095, ge=30, le=3650, description="Days that the audit is kept.")
    data_dir: Path = Field(ROOT / "data", description="The folder of texts, policies and knowledge.")
    var_dir: Path = Field(ROOT / "var", description="Everything a run keeps: SQLite file, attachments, models.")
    turn_pause_ms: int = Field(800, ge=0, le=60_000, description="Wait after a message for more of the same turn.")
    listen_pause_ms: int = Field(3000, ge=0, le=60_000, description="The same while a complaint is being told.")
    lane_lease_s: float = Field(15, gt=0, le=600, description="Seconds until another process answers for a dead one.")
    send_lease_s: float = Field(60, gt=0, le=600, description="Seconds until another process sends for a dead one.")
    learn_keep_days: int = Field(180, ge=1, le=3650, description="Days that a message to learn from is kept.")
    demo: bool = Field(True, description="Load the demo shop into an empty database.")
    log_format: Literal["console", "json"] = Field("console", description="How logs are written.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged.")

    @property
    def database(self) -> str:
        """The address of the database; SQLite in the var folder by default."""
        return self.database_url or f"sqlite+aiosqlite:///{self.var_dir / 'carebot.sqlite3'}"
