"""Reference data for who runs Spits: groups, dealerships, centres and memberships.

State of leads is not here: it changes through the domain alone.
"""

from django.contrib import admin

from dealers.models import (
    CentreService,
    ContactCentre,
    DealerGroup,
    Dealership,
    Membership,
    OpeningBlock,
    PostcodeArea,
)


class OpeningBlockInline(admin.TabularInline[OpeningBlock, Dealership]):
    model = OpeningBlock
    extra = 0


class PostcodeAreaInline(admin.TabularInline[PostcodeArea, Dealership]):
    model = PostcodeArea
    extra = 0


class CentreServiceInline(admin.TabularInline[CentreService, ContactCentre]):
    model = CentreService
    extra = 0


@admin.register(DealerGroup)
class DealerGroupAdmin(admin.ModelAdmin[DealerGroup]):
    list_display = ("name", "slug")


@admin.register(Dealership)
class DealershipAdmin(admin.ModelAdmin[Dealership]):
    list_display = ("name", "slug", "group", "routing")
    list_select_related = ("group",)
    inlines = (OpeningBlockInline, PostcodeAreaInline)


@admin.register(ContactCentre)
class ContactCentreAdmin(admin.ModelAdmin[ContactCentre]):
    list_display = ("name", "slug")
    inlines = (CentreServiceInline,)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin[Membership]):
    list_display = ("user", "role", "dealership", "group", "centre")
    list_select_related = ("user", "dealership", "group", "centre")
    autocomplete_fields = ("user",)
    filter_horizontal = ("only_dealerships",)
