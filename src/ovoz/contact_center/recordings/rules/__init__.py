"""Pure rules: the format of a sealed object, byte ranges, when to try again."""
