"""The addresses of the API about figures, under /api/v1/."""

from django.urls import path

from reporting.api.views import MapViewSet

urlpatterns = [
    path("reports/map/", MapViewSet.as_view({"get": "list"}), name="api-map"),
]
