"""The pages about people: absence and administration."""

from django.urls import path

from dealers.views import absences, administration

app_name = "dealers"

urlpatterns = [
    path("afwezig/", absences.absences, name="absences"),
    path("afwezig/<int:pk>/beeindigen/", absences.end, name="end-absence"),
    path("beheer/", administration.people, name="people"),
    path("beheer/mensen/<int:pk>/", administration.person, name="person"),
    path("beheer/mensen/<int:pk>/beeindigen/", administration.end, name="end"),
    path("beheer/mensen/<int:pk>/toegang/", administration.activate, name="activate"),
    path("beheer/vestigingen/", administration.dealerships, name="dealerships"),
    path("beheer/vestigingen/<slug:slug>/", administration.dealership, name="dealership"),
    path("beheer/vestigingen/<slug:slug>/tijden/", administration.hours, name="hours"),
]
