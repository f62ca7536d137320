"""Signing in and joining: how allauth makes, names and guards accounts here."""
