"""Use cases of privacy: reading the policy, showing, revealing, publishing, sealing numbers."""
