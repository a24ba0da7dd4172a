"""What the command line does, one file a subject."""

from bot.commands import chat, check, data, nlu, queue, review, run, staff

__all__ = ["chat", "check", "data", "nlu", "queue", "review", "run", "staff"]
