"""Personal data by role: one masking rule wherever data leave the system, and the reveal that lifts it for a reason."""
