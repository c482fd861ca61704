"""The optimizer: which layout is best, and the proof of it."""
