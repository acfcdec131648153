"""The agent's desk: the live view, the phone, the orders an agent gives."""
