"""The glossary: a plain list, one page per term, and the whole as JSON."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from portal.core.forms import SearchForm
from portal.core.policies import PUBLIC
from portal.taxonomy import queries
from portal.taxonomy.models import Term


@PUBLIC
def glossary(request: HttpRequest) -> HttpResponse:
    """`/glossary/`: the terms, filtered by `q`."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    terms = queries.glossary(text=text)
    status = 200 if form.is_valid() else 400
    return render(request, "taxonomy/glossary.html", {"form": form, "terms": list(terms), "text": text}, status=status)


@PUBLIC
def term(request: HttpRequest, slug: str) -> HttpResponse:
    """`/glossary/<slug>/`: one term with its synonyms and neighbours."""
    found = get_object_or_404(Term, slug=slug)
    related = list(found.see_also.order_by("term"))
    return render(request, "taxonomy/term.html", {"term": found, "related": related})


@PUBLIC
def glossary_json(request: HttpRequest) -> JsonResponse:
    """`/glossary.json`: the same as data."""
    return JsonResponse({"terms": queries.as_data(queries.glossary())})
