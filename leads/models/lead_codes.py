"""What a lead is and where it stands, each as one of a fixed list (contract.md, Lead)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    ACTIVE = "active", _("active")
    PASSIVE = "passive", _("passive")


class Channel(models.TextChoices):
    ONLINE = "online", _("online")
    PHONE = "phone", _("phone")
    WALK_IN = "walk_in", _("walk-in")
    EMAIL = "email", _("e-mail")
    CHAT = "chat", _("chat")
    MAILING = "mailing", _("mailing")
    DATA_MINING = "data_mining", _("data mining")
    LOST_SALE = "lost_sale", _("lost sale")
    SERVICE_REFERRAL = "service_referral", _("service referral")


class Interest(models.TextChoices):
    NEW = "new", _("new car")
    USED = "used", _("used car")
    SERVICE = "service", _("service")
    OTHER = "other", _("something else")


class Status(models.TextChoices):
    OPEN = "open", _("open")
    PROPOSED = "proposed", _("awaiting approval")
    CLOSED = "closed", _("closed")


class Queue(models.TextChoices):
    PASSIVE = "passive", _("passive")
    SECOND_VOICE = "second_voice", _("second voice")
    UNREACHED = "unreached", _("unreached")
    INBOUND = "inbound", _("inbound")
    CATCH_ALL = "catch_all", _("catch-all")


# The order in which the call queue works (product.md, The queue); catch_all is not called from.
QUEUE_ORDER = (Queue.INBOUND, Queue.SECOND_VOICE, Queue.UNREACHED, Queue.PASSIVE)
NOT_CLOSED = (Status.OPEN, Status.PROPOSED)
# Open leads of a queue with a number to call.
IN_A_CALL_QUEUE = Q(status=Status.OPEN, has_dialable_number=True) & ~Q(queue="")
