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
    embeddings_api_key: str = Field(default="", repr=False)
    openai_api_key: str = Field(default="", repr=False)
    # Empty: answers are composed offline, also where there is a key. An address is any OpenAI-compatible one.
    llm_model: str = ""
    llm_base_url: str = ""
    llm_api_key: str = Field(default="", repr=False)
    # Seconds that a turn takes at most, and that a model is waited for until its first word and between two of them.
    llm_deadline: float = Field(default=45.0, gt=0)
    llm_first_word: float = Field(default=10.0, gt=0)
    llm_between_words: float = Field(default=15.0, gt=0)
    # Tokens of passages that the first call of a turn carries; a model with a short memory wants fewer.
    llm_passage_tokens: int = Field(default=3_000, ge=0)
    # How many turns may ask the model at once; more wait for their place within their deadline.
    llm_parallel: int = Field(default=64, ge=1)
    # Tokens of the language model on one day in UTC, read and written. Where an answer with its passages and a look-up
    # or two takes 5,000, these are 20 answers for one learner, so that nobody uses up alone what all have; 200 for a
    # community, in which ten may use all of theirs; and 1,000 together, a bill of at most five dollars a day where a
    # million tokens cost one. The upper end is what a counter can hold.
    llm_daily_tokens_learner: int = Field(default=100_000, ge=0, le=10**15)
    llm_daily_tokens_community: int = Field(default=1_000_000, ge=0, le=10**15)
    llm_daily_tokens_total: int = Field(default=5_000_000, ge=0, le=10**15)
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
    # Since Bot API 10.1; not every server and not every app shows them.
    telegram_rich_messages: bool = False
    discord_token: str = Field(default="", repr=False)
    discord_api_url: str = ""
    discord_gateway_url: str = ""
    # None: as many as Discord wants. Two processes with different numbers would hear some servers twice.
    discord_shards: int | None = Field(default=None, ge=1)
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
