"""The switchboard at work: journal, hands, views, and the process that joins them."""
