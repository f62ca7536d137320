"""Loads the vocabularies and the glossary from data/*.yaml after every migrate, idempotently.

Labels that staff changed in the portal stay: rows are made when missing, never overwritten.
"""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from portal.taxonomy import models

DATA = Path(__file__).parent / "data"
SIMPLE = {
    "scope_of_sharing": models.ScopeOfSharing,
    "organisational_models": models.OrganisationalModel,
    "funding_models": models.FundingModel,
    "mandate": models.Mandate,
    "audiences": models.Audience,
}


def load_after_migrate(**kwargs: Any) -> None:
    """Receiver of post_migrate: also restores the rows after a test flushed the database."""
    using = kwargs.get("using", "default")
    if models.Challenge._meta.db_table in _tables(using):
        load()


def _tables(using: str) -> list[str]:
    from django.db import connections  # noqa: PLC0415 -- only at migrate time

    return connections[using].introspection.table_names()


@transaction.atomic
def load() -> None:
    """Make every missing vocabulary row and glossary term."""
    data = yaml.safe_load((DATA / "taxonomy.yaml").read_text(encoding="utf-8"))
    for key, model in SIMPLE.items():
        _make(model, [{"slug": row["id"], "label": row["label"]} for row in data[key]])
    _make(
        models.JurisdictionLevel,
        [{"slug": row["id"], "label": row["label"], "mark": row["mark"]} for row in data["jurisdiction_levels"]],
    )
    _make(
        models.Stage,
        [{"slug": row["id"], "label": row["label"], "question": row["question"]} for row in data["stages"]],
    )
    _make(
        models.Challenge,
        [
            {
                "slug": row["id"],
                "label": row["label"],
                "question": row.get("question", ""),
                "position": row["take_away"],
            }
            for row in data["challenges"]
        ],
    )
    _load_service_lines(data["service_lines"])
    _load_terms(yaml.safe_load((DATA / "glossary.yaml").read_text(encoding="utf-8"))["terms"])


def _make(model: type[models.Vocabulary], rows: list[dict[str, Any]]) -> None:
    known = set(model._default_manager.values_list("slug", flat=True))
    model._default_manager.bulk_create(
        model(**{"position": position, **row}) for position, row in enumerate(rows, 1) if row["slug"] not in known
    )


def _load_service_lines(lines: list[dict[str, Any]]) -> None:
    _make(models.ServiceLine, [{"slug": line["id"], "label": line["label"]} for line in lines])
    parents = {line.slug: line for line in models.ServiceLine.objects.filter(parent=None)}
    for line in lines:
        _make(
            models.ServiceLine,
            [
                {"slug": child, "label": _label(child), "parent": parents[line["id"]]}
                for child in line.get("children", [])
            ],
        )


def _label(slug: str) -> str:
    short = {"gis": "Geographic information", "it": "IT"}
    return short.get(slug, slug.replace("-", " ").capitalize())


def _load_terms(terms: list[dict[str, Any]]) -> None:
    known = set(models.Term.objects.values_list("slug", flat=True))
    fresh = [term for term in terms if term["id"] not in known]
    models.Term.objects.bulk_create(
        models.Term(slug=term["id"], term=term["t"], definition=term["d"], also_known_as=term["aka"], family=term["f"])
        for term in fresh
    )
    by_slug = {term.slug: term for term in models.Term.objects.all()}
    through = models.Term.see_also.through
    through.objects.bulk_create(
        through(from_term=by_slug[term["id"]], to_term=by_slug[other])
        for term in fresh
        for other in dict.fromkeys(term["see"])
    )
