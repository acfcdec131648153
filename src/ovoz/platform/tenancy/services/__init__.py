"""Use cases about tenants: read a blueprint, make a tenant, find one, open its keys."""
