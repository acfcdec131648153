"""Redis: fan-out of live messages. It may be flushed or lost at any time."""
