"""Adapters, one package per outside system; they implement ports that the modules define."""
