"""The addresses of the API about people, under /api/v1/."""

from rest_framework.routers import SimpleRouter

from dealers.api.views import AbsenceViewSet, PresenceViewSet

router = SimpleRouter(use_regex_path=False)
router.register("presence", PresenceViewSet, basename="api-presence")
router.register("absences", AbsenceViewSet, basename="api-absence")
urlpatterns = router.urls
