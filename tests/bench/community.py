"""Members by the hundred thousand, invented from a seed: as unevenly spread as real ones, written in bulk."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from members.folding import fold
from members.lookup import index
from members.models import Expertise, Organisation, Profile, ProfileOffer, Subject, User
from portal.taxonomy.models import JurisdictionLevel, ServiceLine, Stage

FIRST = [
    "Amara",
    "Bodil",
    "Catrin",
    "Dorotea",
    "Emeka",
    "Fenna",
    "Gwil",
    "Halima",
    "Idris",
    "Jolanta",
    "Kwame",
    "Leilani",
    "Marisol",
    "Nadia",
    "Otto",
    "Priya",
    "Quentin",
    "Rosa",
    "Siobhan",
    "Tariq",
    "Ursula",
    "Vasile",
    "Wanda",
    "Xiomara",
    "Yusuf",
    "Zdenka",
]
SYLLABLES = [
    "bar",
    "del",
    "fen",
    "gor",
    "hal",
    "jin",
    "kor",
    "lam",
    "mor",
    "nes",
    "oak",
    "pel",
    "quin",
    "ros",
    "sten",
    "tar",
    "ul",
    "ven",
    "wick",
    "yar",
    "zan",
    "bel",
    "cor",
    "dra",
]
WORK = [
    "payroll",
    "procurement",
    "finance",
    "benefits",
    "fleet",
    "grants",
    "estates",
    "identity",
    "analytics",
    "learning",
]
ROLES = ["Head of {}", "Director of {}", "{} manager", "Deputy comptroller, {}", "Programme lead for {}", "Analyst, {}"]
COUNTRIES = (
    ["US"] * 40
    + ["CA"] * 14
    + ["GB"] * 14
    + ["AU"] * 9
    + ["RO"] * 6
    + ["PE"] * 5
    + ["FR", "DE", "NZ", "IE", "KE", "JP"] * 2
)
LANGUAGES = ["en"] * 12 + ["fr", "es", "es", "ro", "de", "cy", "qu", "pt", "sw"]
BATCH = 5000


def make(number: int, *, seed: int = 2007, said: Callable[[str], None] = lambda words: None) -> None:
    """Fill the database up to so many listed members and write them into the directory."""
    chance = random.Random(seed)
    organisations, subjects = _organisations(chance), _subjects(chance)
    lines, stages = list(ServiceLine.objects.order_by("pk")), list(Stage.objects.order_by("pk"))
    there = Profile.objects.count()
    for first in range(there, number, BATCH):
        profiles = _people(range(first, min(first + BATCH, number)), chance, organisations, stages)
        _rows(profiles, chance, subjects, lines)
        index.write(Profile.objects.filter(pk__in=[profile.pk for profile in profiles]))
        said(f"{first + len(profiles)} members")


def _name(chance: random.Random) -> str:
    last = chance.choice(SYLLABLES) + chance.choice(SYLLABLES) + chance.choice(SYLLABLES)
    return f"{chance.choice(FIRST)} {last.title()}"


def _body(chance: random.Random, number: int) -> str:
    place = chance.choice(SYLLABLES).title() + chance.choice(SYLLABLES)
    return f"{place} {chance.choice(['County', 'City', 'Agency', 'Council'])} {number}"


def _organisations(chance: random.Random) -> list[Organisation]:
    levels = list(JurisdictionLevel.objects.order_by("pk"))
    Organisation.objects.bulk_create(
        (
            Organisation(
                slug=f"bench-{number}",
                name=_body(chance, number),
                level=levels[min(int(chance.expovariate(0.6)), len(levels) - 1)],
                country=chance.choice(COUNTRIES),
            )
            for number in range(1500)
        ),
        ignore_conflicts=True,
    )
    return list(Organisation.objects.filter(slug__startswith="bench-").select_related("level").order_by("pk"))


def _subjects(chance: random.Random) -> list[Subject]:
    names = [
        f"{work} {chance.choice(SYLLABLES)}{chance.choice(SYLLABLES)} {number}" for number in range(40) for work in WORK
    ]
    Subject.objects.bulk_create(
        (Subject(name=name, slug=f"bench-{number}") for number, name in enumerate(names)), ignore_conflicts=True
    )
    return list(Subject.objects.filter(slug__startswith="bench-").order_by("pk"))


def _people(
    numbers: range, chance: random.Random, organisations: list[Organisation], stages: list[Stage]
) -> list[Profile]:
    begun = datetime(2020, 1, 1, tzinfo=UTC)
    users = User.objects.bulk_create(
        User(email=f"bench-{number}@people.example", name=_name(chance), standing="member", password="!")
        for number in numbers
    )
    return Profile.objects.bulk_create(
        Profile(
            user=user,
            handle=f"bench-{number}",
            kind=chance.choices(["practitioner", "researcher", "provider"], [80, 12, 8])[0],
            organisation=organisations[min(int(chance.expovariate(0.004)), len(organisations) - 1)],
            role=chance.choice(ROLES).format(chance.choice(WORK)),
            stage=chance.choice(stages),
            languages=list(dict.fromkeys(chance.choices(LANGUAGES, k=2))),
            shown_to=chance.choices(["members", "public", "groups"], [60, 35, 5])[0],
            audiences=chance.choice([{}, {}, {"languages": "groups"}, {"ask_about": "public", "country": "public"}]),
            looking_for="Peers who have left a contract",
            member_since=begun + timedelta(minutes=37 * number),
            sort_name=fold(user.name),
        )
        for number, user in zip(numbers, users, strict=True)
    )


def _rows(profiles: list[Profile], chance: random.Random, subjects: list[Subject], lines: list[ServiceLine]) -> None:
    through = Profile.service_lines.through
    through.objects.bulk_create(
        through(profile=profile, serviceline=line) for profile in profiles for line in chance.sample(lines, 2)
    )
    Expertise.objects.bulk_create(
        Expertise(content_object=profile, tag=subject)
        for profile in profiles
        for subject in {subjects[min(int(chance.expovariate(0.01)), len(subjects) - 1)] for _ in range(3)}
    )
    ProfileOffer.objects.bulk_create(
        ProfileOffer(profile=profile, what=what)
        for profile in profiles
        for what in chance.sample(["advise", "speak", "review"], chance.choice([0, 1, 1, 2]))
    )
