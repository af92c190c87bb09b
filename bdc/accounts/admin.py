"""Accounts for who runs Spits; roles are memberships, not permissions of Django."""

from django.contrib import admin

from bdc.accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("email", "name", "is_active", "is_staff")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_staff", "is_superuser")
