"""The pure core of call control: calls, agents and the floor that joins them; no I/O, no clock of its own."""
