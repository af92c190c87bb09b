"""The pages about leads. Dutch addresses, as contract.md has them."""

from django.urls import path

from leads.views import approving, calling, home, lead, leads, naming, rejects

app_name = "leads"

urlpatterns = [
    path("", home.home, name="home"),
    path("bellen/", calling.calling, name="calling"),
    path("bellen/wachtrij/", calling.queue, name="calling-queue"),
    path("bellen/volgende/", calling.take_next, name="calling-next"),
    path("bellen/vasthouden/", calling.renew, name="calling-renew"),
    path("bellen/loslaten/", calling.release, name="calling-release"),
    path("bellen/<int:pk>/paneel/", calling.panel, name="calling-panel"),
    path("bellen/<int:pk>/start/", calling.start, name="calling-start"),
    path("bellen/<int:pk>/uitkomst/", calling.result, name="calling-result"),
    path("bellen/<int:pk>/niet-bellen/", calling.objection, name="calling-objection"),
    path("bellen/<int:pk>/notitie/", calling.note, name="calling-note"),
    path("bellen/<int:pk>/terugbellen/", calling.call_back, name="calling-call-back"),
    path("bellen/<int:pk>/afspraak/", calling.appointment, name="calling-appointment"),
    path("bellen/<int:pk>/offerte/", calling.quote, name="calling-quote"),
    path("bellen/<int:pk>/afboeken/", calling.close, name="calling-close"),
    path("leads/", leads.leads_list, name="list"),
    path("leads/<int:pk>/", lead.detail, name="detail"),
    path("leads/<int:pk>/bellen/", lead.call, name="call"),
    path("leads/<int:pk>/belpoging/", lead.attempt, name="attempt"),
    path("leads/<int:pk>/gesprek/", lead.converse, name="converse"),
    path("leads/<int:pk>/terugbellen/", lead.call_back, name="call-back"),
    path("leads/<int:pk>/notitie/", lead.note, name="note"),
    path("leads/<int:pk>/niet-bellen/", lead.object_to_calls, name="object"),
    path("leads/<int:pk>/afspraak/", lead.appointment, name="appointment"),
    path("leads/<int:pk>/afspraken/<int:appointment_pk>/", lead.outcome, name="outcome"),
    path("leads/<int:pk>/afspraken/<int:appointment_pk>/verzetten/", lead.move, name="move"),
    path("leads/<int:pk>/offerte/", lead.quote, name="quote"),
    path("leads/<int:pk>/afboeken/", lead.close, name="close"),
    path("leads/<int:pk>/goedkeuren/", lead.approve_close, name="approve"),
    path("leads/<int:pk>/terugsturen/", lead.send_close_back, name="send-back"),
    path("leads/<int:pk>/heropenen/", lead.reopen_lead, name="reopen"),
    path("leads/<int:pk>/nemen/", lead.take_lead, name="take"),
    path("leads/<int:pk>/toewijzen/", lead.assign_lead, name="assign"),
    path("leads/afgekeurd/", rejects.rejects, name="rejects"),
    path("leads/afgekeurd/<int:pk>/", rejects.reject, name="reject"),
    path("leads/afgekeurd/<int:pk>/opzij/", rejects.dismiss, name="dismiss"),
    path("beheer/redenen/", naming.reasons, name="reasons"),
    path("beheer/redenen/<str:code>/", naming.rename, name="rename-reason"),
    path("beheer/redenen/<str:code>/gebruik/", naming.retire, name="retire-reason"),
    path("akkoord/", approving.approving, name="approving"),
    path("akkoord/<int:pk>/", approving.decide, name="decide"),
]
