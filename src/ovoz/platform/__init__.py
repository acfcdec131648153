"""The platform: tenancy, identity, access; audit, billing, licensing and support will live here."""
