"""Sessions over HTTP, and what may be known before signing in."""

from typing import Any, cast, get_args
from uuid import UUID

import structlog
from litestar import Controller, Request, delete, get, patch, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from ovoz.platform.access.api import Access
from ovoz.platform.access.guards import public, requires
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.api import Actor, DemoAccounts, Identity
from ovoz.platform.identity.deps import (
    WHILE_SUSPENDED,
    WITHOUT_CSRF,
    client_address,
    give_session,
    provide_doer,
    take_session,
)
from ovoz.platform.identity.errors import (
    PasswordWeak,
    PasswordWrong,
    SessionNotFound,
    SignInFailed,
    TooManyAttempts,
)
from ovoz.platform.identity.schemas import (
    Locale,
    OtherSession,
    PasswordChange,
    Preferences,
    PreferencesUpdate,
    Session,
    SessionTenant,
    SignedInUser,
    SignIn,
    Site,
    Theme,
)
from ovoz.platform.requests.contracts import LINKS, PROBLEMS, LinkTo
from ovoz.platform.tenancy.contracts import Tenant

log = structlog.get_logger(__name__)

CLEAR_SITE_DATA = '"cache", "storage"'
"""What a browser forgets when its person signs out (W3C Clear Site Data); not `cookies`, which it would take from other
operators' addresses of the same domain too."""
_NOT_STORED = CacheControlHeader(no_store=True)


@get("/api/site", operation_id="ShowSite", tags=["Session"], guards=[public], cache_control=_NOT_STORED)
async def show_site(tenant: NamedDependency[Tenant], demo_accounts: NamedDependency[DemoAccounts]) -> Site:
    """Whose address this is; in a demo also with whom to sign in."""
    return Site(
        slug=tenant.slug,
        name=tenant.name,
        locale=cast(Locale, tenant.locale),
        locales=list(get_args(Locale)),
        demo_accounts=demo_accounts(tenant),
    )


@post(
    "/api/sessions",
    operation_id="SignIn",
    tags=["Session"],
    guards=[public],
    opt={WITHOUT_CSRF: True, PROBLEMS: (SignInFailed, TooManyAttempts), LINKS: (LinkTo("ShowSession", {}),)},
    cache_control=_NOT_STORED,
)
async def sign_in(
    request: Request[Actor | None, Tenant, Any],
    data: JSONBody[SignIn],
    tenant: NamedDependency[Tenant],
    identity: NamedDependency[Identity],
    access: NamedDependency[Access],
) -> Session:
    """Begins a session: its cookies come with the answer. An older session of this browser ends."""
    address, account = client_address(request), identity.pseudonym(tenant, data.email)
    try:
        admission = await identity.sign_in(
            tenant,
            data.email,
            data.password,
            address=address,
            user_agent=request.headers.get("user-agent", ""),
        )
    except (SignInFailed, TooManyAttempts) as error:
        log.warning("identity.sign_in_failed", account=account, problem=error.slug, address=address)
        raise
    log.info(
        "identity.signed_in",
        account=account,
        user=str(admission.actor.user_id),
        session=str(admission.actor.session_id),
        factors=["password"],
        address=address,
    )
    if request.user is not None:
        await identity.sign_out(request.user, provide_doer(request))
    assert admission.new_token is not None
    give_session(request.scope, admission.new_token, admission.actor.csrf_token)
    # What the answer says of them is said to them.
    request.scope["user"] = admission.actor
    return await _session(admission.actor, access)


class SessionController(Controller):
    """The present session."""

    path = "/api/session"
    tags = ("Session",)
    guards = (requires("session.use"),)
    cache_control = _NOT_STORED

    @get(operation_id="ShowSession", opt={WHILE_SUSPENDED: True})
    async def show(self, actor: NamedDependency[Actor], access: NamedDependency[Access]) -> Session:
        """Who is signed in, where, and what they may do."""
        return await _session(actor, access)

    @delete(
        operation_id="SignOut",
        opt={WHILE_SUSPENDED: True},
        response_headers={"Clear-Site-Data": CLEAR_SITE_DATA},
    )
    async def sign_out(
        self,
        request: Request[Actor, Tenant, Any],
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        identity: NamedDependency[Identity],
    ) -> None:
        """Ends the session, its phone and its live view; an agent whose last session it was is offline."""
        await identity.sign_out(actor, doer)
        log.info("identity.signed_out", address=doer.address)
        take_session(request.scope)

    @post(
        "/password",
        operation_id="ChangePassword",
        status_code=204,
        opt={PROBLEMS: (PasswordWrong, PasswordWeak, TooManyAttempts)},
    )
    async def change_password(
        self,
        request: Request[Actor, Tenant, Any],
        actor: NamedDependency[Actor],
        identity: NamedDependency[Identity],
        data: JSONBody[PasswordChange],
    ) -> None:
        """Needs the present password. This session gets new cookies, every other session of the person ends."""
        address = client_address(request)
        token = await identity.change_password(actor, data.current, data.new, address=address)
        log.info("identity.password_changed", address=address)
        give_session(request.scope, token, actor.csrf_token)

    @get(
        "/others",
        operation_id="ListOtherSessions",
        opt={
            LINKS: (
                LinkTo("EndOtherSession", {"session_id": "$response.body#/0/id"}, "The session used last."),
            )
        },
    )
    async def list_others(
        self, actor: NamedDependency[Actor], identity: NamedDependency[Identity]
    ) -> list[OtherSession]:
        """Where else the person is signed in, the session used last first."""
        return await identity.other_sessions(actor)

    @delete("/others/{session_id:uuid}", operation_id="EndOtherSession", opt={PROBLEMS: (SessionNotFound,)})
    async def end_other(
        self,
        request: Request[Actor, Tenant, Any],
        actor: NamedDependency[Actor],
        identity: NamedDependency[Identity],
        session_id: FromPath[UUID],
    ) -> None:
        """Signs the person out elsewhere, with that session's phone and live view."""
        await identity.end_other(actor, session_id, address=client_address(request))

    @patch("/preferences", operation_id="ChangePreferences")
    async def change_preferences(
        self,
        actor: NamedDependency[Actor],
        identity: NamedDependency[Identity],
        data: JSONBody[PreferencesUpdate],
    ) -> Preferences:
        """Changes what stands in the body; the answer is all of them."""
        await identity.prefer(actor, data)
        present = _preferences(actor)
        return Preferences(
            locale=data.locale or present.locale,
            theme=data.theme or present.theme,
            auto_answer=present.auto_answer if data.auto_answer is None else data.auto_answer,
        )


async def _session(actor: Actor, access: Access) -> Session:
    snapshot = await access.snapshot(actor.domain)
    return Session(
        user=SignedInUser(actor.user_id, actor.name, actor.email, sorted(actor.roles), actor.is_agent),
        tenant=SessionTenant(actor.tenant_id, actor.tenant_slug, actor.tenant_name),
        preferences=_preferences(actor),
        rights=sorted(snapshot.rights(actor.roles)),
        scopes=snapshot.scopes(actor.roles),
    )


def _preferences(actor: NamedDependency[Actor]) -> Preferences:
    return Preferences(cast(Locale, actor.locale), cast(Theme, actor.theme), actor.auto_answer)
