from django.urls import path

from portal.taxonomy import views

app_name = "taxonomy"
urlpatterns = [
    path("glossary/", views.glossary, name="glossary"),
    path("glossary.json", views.glossary_json, name="glossary-json"),
    path("glossary/<slug:slug>/", views.term, name="term"),
]
