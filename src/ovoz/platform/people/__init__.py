"""The people of a tenant: who is there, in which team, with which roles, and how they come and go."""
