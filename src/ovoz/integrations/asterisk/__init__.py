"""Asterisk 22: ARI for calls, AMI for two-party recording, the SIP WebSocket for browsers."""
