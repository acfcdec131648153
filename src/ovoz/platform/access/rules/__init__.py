"""What grants mean: pure, and the same for Casbin, for the snapshot and (in other words) for SQL."""
