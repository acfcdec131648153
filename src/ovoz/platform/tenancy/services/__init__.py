"""Use cases about tenants: make and find one, its life, its archive, its keys; operations; migrations over all."""
