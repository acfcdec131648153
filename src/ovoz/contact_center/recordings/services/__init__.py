"""Use cases: store what was captured, listen to it, find what is owed, sweep what must not stay."""
