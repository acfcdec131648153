"""Proof of what happened: who did and saw what, in the transaction of the act, append-only, sealed."""
