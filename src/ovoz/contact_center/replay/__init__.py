"""What if: a recorded day played again under other settings."""
