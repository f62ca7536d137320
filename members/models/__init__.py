"""Accounts, profiles, organisations, contributions, invitations, requests to join, and what becomes of them."""

from members.models.contact import Block, ContactChoices, SetAside
from members.models.contributions import Contribution
from members.models.edits import ProfileEdit, ProfileViews
from members.models.introductions import Introduction
from members.models.invitations import Invitation
from members.models.joining import JoinMessage, JoinRequest
from members.models.letters import Letter, Report
from members.models.lookup import DirectoryBlock, DirectoryEntry, DirectoryTerm
from members.models.merging import Merge
from members.models.office_hours import Booking, OfficeHours
from members.models.organisations import MergedOrganisation, Organisation, OrganisationDomain
from members.models.photos import ProfilePhoto
from members.models.profiles import Expertise, Profile, ProfileOffer, Subject
from members.models.recovery import FactorReset
from members.models.rights import DataExport, Departure, Erasure
from members.models.roster import Claim, Import, ImportLine, LeftOut, Record
from members.models.spokespeople import SpokenLanguage, Spokesperson
from members.models.users import User, UserManager, UserQuerySet
from members.models.welcome import FirstVisit

__all__ = [
    "Block",
    "Booking",
    "Claim",
    "ContactChoices",
    "Contribution",
    "DataExport",
    "Departure",
    "DirectoryBlock",
    "DirectoryEntry",
    "DirectoryTerm",
    "Erasure",
    "Expertise",
    "FactorReset",
    "FirstVisit",
    "Import",
    "ImportLine",
    "Introduction",
    "Invitation",
    "JoinMessage",
    "JoinRequest",
    "LeftOut",
    "Letter",
    "Merge",
    "MergedOrganisation",
    "OfficeHours",
    "Organisation",
    "OrganisationDomain",
    "Profile",
    "ProfileEdit",
    "ProfileOffer",
    "ProfilePhoto",
    "ProfileViews",
    "Record",
    "Report",
    "SetAside",
    "SpokenLanguage",
    "Spokesperson",
    "Subject",
    "User",
    "UserManager",
    "UserQuerySet",
]
