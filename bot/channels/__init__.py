"""The menu of channels; a chat platform is one file here."""
