"""People who work here. Accounts, roles and sign-in come with the console; an answer needs a name to be signed with."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from bot.db import Base, BigId


class Staff(Base):
    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
