"""Recordings of conversations: what was captured becomes one encrypted object, and only who may listen hears it."""
