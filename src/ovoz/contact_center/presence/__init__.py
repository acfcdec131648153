"""Who is on duty and does what, for those who may see it; and their word about requests for breaks."""
