"""Owns one cell: agents' states, waiting callers and live calls; every transition is ordered here and nowhere else."""
