"""The assistant: it understands, composes and proposes; it never performs."""
