"""The pages of administration."""

from django.urls import path

from dealers.views import administration

app_name = "dealers"

urlpatterns = [
    path("beheer/", administration.people, name="people"),
    path("beheer/mensen/<int:pk>/", administration.person, name="person"),
    path("beheer/mensen/<int:pk>/beeindigen/", administration.end, name="end"),
    path("beheer/mensen/<int:pk>/toegang/", administration.activate, name="activate"),
    path("beheer/vestigingen/", administration.dealerships, name="dealerships"),
    path("beheer/vestigingen/<slug:slug>/", administration.dealership, name="dealership"),
    path("beheer/vestigingen/<slug:slug>/tijden/", administration.hours, name="hours"),
]
