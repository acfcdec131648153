"""Pure rules of masking: what is left of a value, which level a role has, how a struct is walked."""
