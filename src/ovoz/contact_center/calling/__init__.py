"""The operator's rules for calls: which number is presented, and how long a recording may be paused."""
