"""Calls to return: whom nobody served, until somebody does."""
