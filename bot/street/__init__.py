"""The street: everything between a chat platform and the inbox that is the same on every platform."""
