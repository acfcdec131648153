"""An agent's day, computed from what happened."""
