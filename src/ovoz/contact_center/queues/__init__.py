"""Whom a caller may reach and how: skills and who has them, queues and what holds for each."""
