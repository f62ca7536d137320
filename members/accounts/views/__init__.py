"""`/join/`: who can join and why, and the form."""

from allauth.account.views import SignupView


class JoinView(SignupView):
    """allauth's sign-up on the portal's own page and address."""

    template_name = "members/join.html"
