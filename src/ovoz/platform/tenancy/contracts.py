"""What other modules know of a tenant."""

import msgspec


class Tenant(msgspec.Struct, frozen=True):
    """An operator; `id` never changes, `slug` is the host name's first part and may."""

    id: str
    slug: str
    name: str
    state: str
    locale: str
    time_zone: str
    demo: bool
    blueprint: str
