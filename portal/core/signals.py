"""Questions the kernel asks of whoever is installed above it."""

from django.dispatch import Signal

# Asked by /readyz; a receiver returns a dict of figures to report. Informs only, never fails the check.
readiness = Signal()
