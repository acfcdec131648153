"""Who takes what next: offers and agents in, explained assignments out; pure, with an injected clock."""
