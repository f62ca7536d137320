"""Accounts, profiles, organisations, contributions, requests to join, and resets of second factors."""

from members.models.contributions import Contribution
from members.models.edits import ProfileEdit, ProfileViews
from members.models.joining import JoinRequest
from members.models.lookup import DirectoryEntry, DirectoryTerm
from members.models.merging import Merge
from members.models.organisations import Organisation
from members.models.photos import ProfilePhoto
from members.models.profiles import Expertise, Profile, ProfileOffer, Subject
from members.models.recovery import FactorReset
from members.models.rights import DataExport, Departure, Erasure
from members.models.roster import Claim, Import, ImportLine, LeftOut, Record
from members.models.users import User, UserManager, UserQuerySet

__all__ = [
    "Claim",
    "Contribution",
    "DataExport",
    "Departure",
    "DirectoryEntry",
    "DirectoryTerm",
    "Erasure",
    "Expertise",
    "FactorReset",
    "Import",
    "ImportLine",
    "JoinRequest",
    "LeftOut",
    "Merge",
    "Organisation",
    "Profile",
    "ProfileEdit",
    "ProfileOffer",
    "ProfilePhoto",
    "ProfileViews",
    "Record",
    "Subject",
    "User",
    "UserManager",
    "UserQuerySet",
]
