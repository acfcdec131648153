"""A mobile operator in a box: subscribers who call in, for the demo, for training and for tests."""
