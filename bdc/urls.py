"""Every address of Spits."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.i18n import set_language

from bdc.api.documents import documents
from bdc.api.schema import SchemaView
from bdc.api.views import unknown_address
from bdc.health import healthz
from bdc.metrics.views import metrics

# One sign-in with its rate limits, also for the reference data.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler500 = "bdc.failing.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("accounts/", include("bdc.accounts.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
    path("admin/", admin.site.urls),
    path("beheer/blijven-liggen/", include("bdc.outbox.urls")),
    path("", include("leads.urls")),
    path("", include("dealers.urls")),
    path("cijfers/", include("reporting.urls")),
    # The API
    path("api/v1/", include("dealers.api.urls")),
    path("api/v1/", include("leads.api.urls")),
    path("api/v1/", include("reporting.api.urls")),
    path("api/v1/schema/", SchemaView.as_view(), name="api-schema"),
    path("api/v1/docs/", documents, name="api-documents"),
    re_path(r"^api(?:/|$)", unknown_address),
]
