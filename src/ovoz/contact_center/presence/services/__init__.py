"""Watching the shift, and deciding about breaks."""
