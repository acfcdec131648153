"""The reasons for a break, as the operator's administrators keep them."""
