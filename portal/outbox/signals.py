"""What the outbox tells whoever stands above it."""

from django.dispatch import Signal

# A mail was refused for good, at once and by the server it was handed to: `mail`, and the `error` that says why.
refused = Signal()
