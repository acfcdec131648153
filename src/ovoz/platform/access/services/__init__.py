"""Use cases of access: read the shipped roles, compile Casbin's policy, decide, hear of changes, keep roles."""
