"""What identity says and hears over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.platform.access.contracts import Whose
from ovoz.platform.privacy.contracts import PublicText, StaffEmail, StaffName, Subject

Locale = Literal["ru", "tg", "en"]
Theme = Literal["system", "light", "dark"]


STORABLE = r"^[^\x00\ud800-\udfff]*$"
"""Neither NUL nor half a character: Postgres and UTF-8 know neither."""


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """E-mail address (case does not matter) and password."""

    email: Annotated[str, Meta(min_length=3, max_length=200, pattern=STORABLE)]
    password: Annotated[str, Meta(min_length=1, max_length=200, pattern=STORABLE)]


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The present password, asked again, and the one that takes its place."""

    current: Annotated[str, Meta(min_length=1, max_length=200, pattern=STORABLE)]
    new: Annotated[str, Meta(min_length=12, max_length=200, pattern=STORABLE)]


class OtherSession(msgspec.Struct, frozen=True):
    """Another session of the same person: where and when it was begun and last used (within a minute)."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    address: PublicText
    user_agent: PublicText


class SignedInUser(msgspec.Struct, frozen=True):
    id: UUID
    name: StaffName
    email: StaffEmail
    roles: list[PublicText]
    is_agent: bool

    def personal_subject(self) -> Subject:
        return Subject("person", str(self.id), self.id)


class SessionTenant(msgspec.Struct, frozen=True):
    id: PublicText
    slug: PublicText
    name: PublicText


class Preferences(msgspec.Struct, frozen=True):
    """What a person chose for themselves."""

    locale: Locale
    theme: Theme
    auto_answer: bool


class PreferencesUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Only what stands in it is changed."""

    locale: Locale | None = None
    theme: Theme | None = None
    auto_answer: bool | None = None


class Session(msgspec.Struct, frozen=True):
    """Who is signed in, where, and what they may do."""

    user: SignedInUser
    tenant: SessionTenant
    preferences: Preferences
    rights: list[PublicText]
    """What some role of theirs gives, be it at certain hours only."""
    scopes: dict[PublicText, Whose]
    """For rights about things of people: whose at most."""


class DemoAccount(msgspec.Struct, frozen=True):
    """A sign-in of a demo operator, shown on its sign-in page: of people that a blueprint invented."""

    email: PublicText
    password: PublicText
    name: PublicText
    role: PublicText


class Site(msgspec.Struct, frozen=True):
    """What may be known before signing in."""

    slug: PublicText
    name: PublicText
    locale: Locale
    locales: list[Locale]
    demo_accounts: list[DemoAccount]
