"""The addresses of the API about people, under /api/v1/."""

from rest_framework.routers import SimpleRouter

from dealers.api.views import PresenceViewSet

router = SimpleRouter(use_regex_path=False)
router.register("presence", PresenceViewSet, basename="api-presence")
urlpatterns = router.urls
