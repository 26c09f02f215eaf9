"""Connecting a platform: what to ask the admin for, and checking it against the platform."""
