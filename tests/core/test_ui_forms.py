"""Every control is labelled, every error stands beside its field and in the summary, no typing is lost."""

import re
from html.parser import HTMLParser

import pytest
from django import forms
from django.template import Context, Template

from portal.core.templatetags.ui import field_target


class Sample(forms.Form):
    name = forms.CharField(label="Full name", help_text="As colleagues write it.", max_length=20)
    about = forms.CharField(label="About", widget=forms.Textarea, required=False)
    level = forms.ChoiceField(
        label="Level", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, help_text="One."
    )
    lines = forms.MultipleChoiceField(
        label="Lines", choices=[("x", "X"), ("y", "Y")], widget=forms.CheckboxSelectMultiple, required=False
    )
    zone = forms.ChoiceField(label="Zone", choices=[("u", "UTC")])
    start = forms.SplitDateTimeField(label="Start", required=False, widget=forms.SplitDateTimeWidget)
    agree = forms.BooleanField(label="I agree", help_text="Read it first.")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        if self.cleaned_data.get("name") == "clash":
            self.add_error(None, "Those two do not go together.")


Rows = forms.formset_factory(Sample, extra=0)


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def __getitem__(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.found if attributes.get("id")]  # type: ignore[misc]


WRONG = {"name": "x" * 21, "about": "<b>kept</b>", "lines": ["y"], "agree": ""}


def test_every_control_has_a_label() -> None:
    page = Elements(str(Sample()))
    labelled = {label.get("for") for label in page["label"]}
    for control in page["input"] + page["textarea"] + page["select"]:
        # The two inputs of a date and time share the legend of their set.
        if control.get("type") != "hidden" and not str(control["id"]).startswith("id_start"):
            assert control["id"] in labelled


def test_groups_are_sets_with_a_legend() -> None:
    html = str(Sample())
    for legend in ("Level", "Lines", "Start"):
        assert re.search(rf"<fieldset class=\"field\"[^>]*><legend>{legend}", html)


def test_ids_are_unique_and_everything_refers_to_one_that_exists() -> None:
    for form in (Sample(), Sample(WRONG), Sample(WRONG, prefix="again")):
        page = Elements(str(form))
        assert len(page.ids) == len(set(page.ids))
        for _, attributes in page.found:
            for reference in str(attributes.get("aria-describedby") or "").split():
                assert reference in page.ids
        for link in page["a"]:
            assert str(link["href"]).removeprefix("#") in page.ids


def test_an_error_stands_beside_its_field_and_is_tied_to_it() -> None:
    form = Sample(WRONG)
    page = Elements(str(form))
    control = next(each for each in page["input"] if each["name"] == "name")
    assert control["aria-invalid"] == "true"
    assert str(control["aria-describedby"]).split() == ["id_name_helptext", "id_name_error"]
    assert "at most 20 characters" in str(form)


def test_what_was_typed_is_kept_and_escaped() -> None:
    html = str(Sample(WRONG))
    assert "x" * 21 in html
    assert "&lt;b&gt;kept&lt;/b&gt;" in html
    assert re.search(r'value="y"[^>]*checked', html)


def test_the_summary_counts_and_links_to_each_field() -> None:
    html = str(Sample(WRONG))
    assert "Please check 4 things" in html
    assert Elements(html)["a"] == [
        {"href": "#id_name"},
        {"href": "#id_level_0"},
        {"href": "#id_zone"},
        {"href": "#id_agree"},
    ]
    summary = next(div for div in Elements(html)["div"] if "form-errors" in str(div.get("class")))
    assert (summary["role"], summary["tabindex"]) == ("alert", "-1")


def test_an_error_of_the_whole_form_is_in_the_summary() -> None:
    html = str(Sample({"name": "clash", "level": "a", "zone": "u", "agree": "on"}))
    assert "Please check one thing" in html
    assert html.count("Those two do not go together.") == 1


def test_a_hostile_value_in_a_message_is_escaped() -> None:
    html = str(Sample({"name": "n", "level": "<script>", "zone": "u", "agree": "on"}))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("form", [Sample(), Sample({"name": "n", "level": "a", "zone": "u", "agree": "on"})])
def test_a_form_without_errors_has_no_summary(form: Sample) -> None:
    assert "form-errors" not in str(form)


def test_fields_that_may_stay_empty_say_so() -> None:
    html = str(Sample())
    assert re.search(r'About\s*<span class="optional">', html)
    assert not re.search(r'Full name\s*<span class="optional">', html)


def test_the_summary_of_rows_says_which_row() -> None:
    rows = Rows(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "form-0-name": "n", "form-0-level": "a"}
        | {"form-0-zone": "u", "form-0-agree": "on"}
    )
    html = Template("{% load ui %}{% form_errors rows %}").render(Context({"rows": rows}))
    assert "Row 2, Full name: This field is required." in html
    assert "Row 1" not in html


def test_one_field_alone_looks_as_in_its_form() -> None:
    form = Sample()
    html = Template("{% load ui %}{% field form.name %}").render(Context({"form": form}))
    assert html in str(form)


def test_a_widget_keeps_its_own_class() -> None:
    class Short(forms.Form):
        note = forms.CharField(widget=forms.Textarea(attrs={"class": "short", "rows": 3}))

    html = Template("{% load ui %}{% widget form.note %}").render(Context({"form": Short()}))
    assert 'class="textarea short"' in html


def test_the_target_of_a_group_is_its_first_choice() -> None:
    form = Sample()
    assert field_target(form["level"]) == "id_level_0"
    assert field_target(form["name"]) == "id_name"
