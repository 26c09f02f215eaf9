"""How far each verb may go by itself: the ladder L0-L6, what was measured, what lifts it and what takes it down at once."""
