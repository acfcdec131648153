"""Tables of identity in the tenant's schema."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import AdvancedDeclarativeBase, CommonTableAttributes
from sqlalchemy import DateTime, ForeignKey, LargeBinary
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ovoz.lib.ids import new_id

_MOMENT = DateTime(timezone=True)


class IdentityTable(CommonTableAttributes, AdvancedDeclarativeBase, AsyncAttrs):
    """Base of this module's tables; their definition is the migration's."""

    __abstract__ = True


class RoleAssignment(IdentityTable):
    __tablename__ = "role_assignment"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class UserAccount(IdentityTable):
    __tablename__ = "user_account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    is_agent: Mapped[bool]
    locale: Mapped[str | None]
    theme: Mapped[str]
    auto_answer: Mapped[bool]
    team_id: Mapped[UUID | None]
    disabled_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    roles: Mapped[list[RoleAssignment]] = relationship(lazy="selectin")


class SessionRow(IdentityTable):
    __tablename__ = "session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    previous_token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(_MOMENT)
    rotated_at: Mapped[datetime] = mapped_column(_MOMENT)
    last_seen_at: Mapped[datetime] = mapped_column(_MOMENT)
    expires_at: Mapped[datetime] = mapped_column(_MOMENT)
    address: Mapped[str]
    user_agent: Mapped[str]
    user: Mapped[UserAccount] = relationship(lazy="joined")


class SignInFailure(IdentityTable):
    __tablename__ = "sign_in_failure"

    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(_MOMENT)
    locked_until: Mapped[datetime | None] = mapped_column(_MOMENT)
