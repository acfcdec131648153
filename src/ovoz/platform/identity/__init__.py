"""People and their sessions: who speaks, proven once and carried by a cookie."""
