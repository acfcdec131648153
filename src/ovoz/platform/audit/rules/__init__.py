"""Pure rules of the proof: canonical form, Merkle tree, seals, and what is wrong with them."""
