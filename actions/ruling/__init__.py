"""Changing what rules: published rule books, how a change would have decided the past, emergencies with an end."""
