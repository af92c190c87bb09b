"""The pages about leads. Dutch addresses, as contract.md has them."""

from django.urls import path

from leads.views import home

app_name = "leads"

urlpatterns = [
    path("", home.home, name="home"),
]
