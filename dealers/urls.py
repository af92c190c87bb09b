"""The pages about people: absence and administration."""

from django.urls import path

from dealers.views import absences, administration, telephony

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
    path("beheer/telefonie/", telephony.exchanges, name="exchanges"),
    path("beheer/telefonie/<int:pk>/", telephony.exchange, name="exchange"),
    path("beheer/telefonie/<int:pk>/geheim/", telephony.renew, name="renew-secret"),
    path("beheer/telefonie/<int:pk>/gebruik/", telephony.activate, name="activate-exchange"),
    path("beheer/telefonie/<int:pk>/toestellen/", telephony.extend, name="extend"),
    path(
        "beheer/telefonie/<int:pk>/toestellen/<int:extension_pk>/weg/",
        telephony.remove,
        name="remove-extension",
    ),
]
