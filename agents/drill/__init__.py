"""Models that the house is drilled with: one that obeys whatever it reads, one that does only what it is asked."""
