"""Accounts, profiles, organisations, contributions, and requests to join."""

from members.models.contributions import Contribution
from members.models.joining import JoinRequest
from members.models.organisations import Organisation
from members.models.profiles import Expertise, Profile, ProfileLanguage, ProfileOffer, Subject
from members.models.rights import DataExport, Departure, Erasure
from members.models.users import User, UserManager, UserQuerySet

__all__ = [
    "Contribution",
    "DataExport",
    "Departure",
    "Erasure",
    "Expertise",
    "JoinRequest",
    "Organisation",
    "Profile",
    "ProfileLanguage",
    "ProfileOffer",
    "Subject",
    "User",
    "UserManager",
    "UserQuerySet",
]
