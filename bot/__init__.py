"""The front door: channels, inbox, jobs, wiring, settings and the command line."""
