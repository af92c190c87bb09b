"""Reference data for who runs Spits: groups, dealerships, centres and memberships.

State of leads is not here: it changes through the domain alone.
"""

from django.contrib import admin
from django.http import HttpRequest

from dealers.domain.policy_history import POLICY_FIELDS
from dealers.models import (
    CentreService,
    ContactCentre,
    DealerGroup,
    Dealership,
    Membership,
    OpeningBlock,
    PostcodeArea,
)


class OpeningBlockInline(admin.TabularInline):
    model = OpeningBlock
    extra = 0


class PostcodeAreaInline(admin.TabularInline):
    model = PostcodeArea
    extra = 0


class CentreServiceInline(admin.TabularInline):
    model = CentreService
    extra = 0


@admin.register(DealerGroup)
class DealerGroupAdmin(admin.ModelAdmin):
    list_display = ("name", "slug")


@admin.register(Dealership)
class DealershipAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "group", "routing")
    list_select_related = ("group",)
    inlines = (OpeningBlockInline, PostcodeAreaInline)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Dealership | None = None
    ) -> tuple[str, ...]:
        """A policy is changed on the pages of administration, which keep its history."""
        return () if obj is None else POLICY_FIELDS


@admin.register(ContactCentre)
class ContactCentreAdmin(admin.ModelAdmin):
    list_display = ("name", "slug")
    inlines = (CentreServiceInline,)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ("user", "role", "dealership", "group", "centre")
    list_select_related = ("user", "dealership", "group", "centre")
    autocomplete_fields = ("user",)
    filter_horizontal = ("only_dealerships",)
