"""Erasing a person: who is meant, where they stand, what is emptied, and that nothing is left. Two people, no way back."""
