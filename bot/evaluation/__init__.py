"""Evaluations of the whole house on data of one's own."""
