"""How forms look: every `{{ form }}` and `{{ field.as_field_group }}` uses the portal's components."""

from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Labels, hints, errors and the summary of errors as the components draw them; widgets stay Django's."""

    form_template_name = "components/form.html"
    formset_template_name = "components/formset.html"
    field_template_name = "components/field.html"
