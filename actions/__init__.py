"""What can be done: the desk, the gate, effects, approvals and the record."""
