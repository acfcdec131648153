"""Pure rules of tenancy: the format of archives."""
