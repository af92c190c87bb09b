"""The addresses of the API about leads, under /api/v1/."""

from rest_framework.routers import SimpleRouter

from leads.api.customers import CustomerViewSet
from leads.api.forwarded import TaskViewSet
from leads.api.queue import QueueViewSet
from leads.api.reference import CloseReasonViewSet
from leads.api.up_line import UpLineViewSet
from leads.api.views import AppointmentViewSet, LeadViewSet

router = SimpleRouter(use_regex_path=False)
router.register("leads", LeadViewSet, basename="api-lead")
router.register("queue", QueueViewSet, basename="api-queue")
router.register("close-reasons", CloseReasonViewSet, basename="api-close-reason")
router.register("customers", CustomerViewSet, basename="api-customer")
router.register("appointments", AppointmentViewSet, basename="api-appointment")
router.register("tasks", TaskViewSet, basename="api-task")
router.register("up-line", UpLineViewSet, basename="api-up-line")
urlpatterns = router.urls
