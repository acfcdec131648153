"""Use cases of people: see them, invite, change, disable; teams; accept an invitation."""
