"""Use cases of routing rules: kept and tried, and a recorded day played with a draft of them."""
