"""Settings from the environment and `.env`, checked against their types. Built in `app`, never at import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_PACKAGE = Path(__file__).resolve().parent


def content_folder(name: str) -> Path:
    """`knowledge` or `prompts`: inside the package when installed from a wheel, else beside it in the checkout."""
    packaged = _PACKAGE / "_content" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


class Settings(BaseSettings):
    """Every switch of the product; `.env.example` says what each does."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    credway_home: Path = Field(default_factory=lambda: user_data_path("credway"))
    knowledge_dirs: Annotated[tuple[Path, ...], NoDecode] = ()
    prompts_dir: Path = Field(default_factory=lambda: content_folder("prompts"))
    chroma_url: str = ""
    # Holds a password, so it is not in the representation, which ends up in logs.
    database_url: str = Field(default="", repr=False)
    embeddings: str = ""
    embeddings_base_url: str = ""
    embeddings_api_key: str = ""
    openai_api_key: str = ""
    # Where Prometheus and an orchestrator ask, as host:port; nowhere when empty.
    health_listen: str = ""
    # For tests of what survives: the place in the flow at which the process kills itself.
    crash_point: str = ""
    # A token gives the whole bot away: like a password.
    telegram_token: str = Field(default="", repr=False)
    telegram_api_url: str = ""
    telegram_webhook_url: str = ""
    telegram_webhook_listen: str = ""
    telegram_webhook_secret: str = Field(default="", repr=False)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"
    log_format: Literal["text", "json"] = "text"

    @field_validator("knowledge_dirs", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Several folders are separated as in PATH."""
        if isinstance(value, str):
            return tuple(part for part in value.replace(";", ":").split(":") if part)
        return value

    @property
    def index_file(self) -> Path:
        return self.credway_home / "index.db"

    @property
    def database_file(self) -> Path:
        """Where learners are kept when `database_url` is empty."""
        return self.credway_home / "credway.db"
