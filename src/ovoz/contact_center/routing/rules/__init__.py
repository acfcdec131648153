"""The routing engine: no I/O, no clock, no random source; the same inputs give the same assignments."""
