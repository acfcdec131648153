"""The desk's use cases: orders, the live view, the phone's line."""
