"""The history of interactions: what happened, to whom, how long, and where the recording is."""
