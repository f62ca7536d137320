"""The directory's index: for each word and each value of a facet, the set of people it leads to, for each tier.

A tier is a sort of reader: visitors, members, programme staff. A set holds only people of whom such a reader may
see just that; what somebody shows to their groups, or to nobody, is in no set. docs/adr/0012 tells why the sets
are bitmaps.
"""

from django.db import models

from members.lookup.kept import new_version
from members.models.profiles import Profile


class DirectoryTerm(models.Model):
    """A word or a value of a facet with its three sets, as `members.lookup.bits` writes them, and their sizes."""

    facet = models.CharField(max_length=12)
    value = models.CharField(max_length=100)
    # The first three letters of a word: words are looked up by their beginning, with the same index everywhere.
    start = models.CharField(max_length=3, blank=True)
    # What a facet shows: words, their folded form for its find box, the shape of a level, the place in the order.
    label = models.CharField(max_length=200, blank=True)
    folded = models.CharField(max_length=200, blank=True)
    mark = models.CharField(max_length=12, blank=True)
    position = models.IntegerField(default=0)
    public_number = models.PositiveIntegerField(default=0)
    members_number = models.PositiveIntegerField(default=0)
    staff_number = models.PositiveIntegerField(default=0)
    public_bits = models.BinaryField(default=bytes)
    members_bits = models.BinaryField(default=bytes)
    staff_bits = models.BinaryField(default=bytes)
    # Another number whenever the row is written: what the processes keep of it is known by that (`lookup.kept`).
    version = models.BigIntegerField(default=new_version)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facet", "value"], name="directory_term_once")]
        indexes = [
            models.Index(fields=["facet", "start"], name="directory_words"),
            models.Index(fields=["facet", "-public_number"], name="directory_top_public"),
            models.Index(fields=["facet", "-members_number"], name="directory_top_members"),
            models.Index(fields=["facet", "-staff_number"], name="directory_top_staff"),
        ]

    def __str__(self) -> str:
        return f"{self.facet} {self.value}"


class DirectoryEntry(models.Model):
    """What the index holds of one profile, so that it can be taken out again.

    `terms`: {"facet:value": how many tiers have it, counted from staff}: 1 staff, 2 members too, 3 visitors too.
    """

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, primary_key=True, related_name="entry")
    terms = models.JSONField(default=dict)
    # Where the profile stands in the orders of the list, as `DirectoryBlock` has it.
    sort_name = models.CharField(max_length=160, blank=True)
    member_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.profile_id)


class DirectoryBlock(models.Model):
    """People who stand side by side in one order of the directory, ascending. See `members.lookup.order`."""

    order = models.CharField(max_length=12)  # the column of the profile that it stands by
    first = models.CharField(max_length=160, blank=True)
    first_key = models.BigIntegerField()
    number = models.PositiveIntegerField()
    people = models.BinaryField()  # their keys in order, four bytes each
    version = models.BigIntegerField(default=new_version)

    class Meta:
        indexes = [models.Index(fields=["order", "first"], name="directory_blocks")]

    def __str__(self) -> str:
        return f"{self.order} from {self.first}"
