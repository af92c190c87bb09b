"""The page of what stays undone."""

from django.urls import path

from bdc.outbox import views

app_name = "outbox"

urlpatterns = [
    path("", views.stays_undone, name="stays-undone"),
    path("<int:pk>/opnieuw/", views.again, name="again"),
    path("<int:pk>/opzij/", views.aside, name="aside"),
]
