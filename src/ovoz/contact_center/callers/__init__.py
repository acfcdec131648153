"""Who calls, as routing sees it, and the rules by which callers are treated: data with versions, tried before use."""
