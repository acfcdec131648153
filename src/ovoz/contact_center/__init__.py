"""The contact centre: calls, agents, queues, routing, recordings."""
