"""Contact centres (BDC, in Dutch KCC) and the dealerships that they serve."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from dealers.models.dealership import Dealership


class ContactCentre(models.Model):
    """An internal or external BDC; it may serve dealerships of several groups."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    dealerships: "models.ManyToManyField[Dealership, CentreService]" = models.ManyToManyField(
        Dealership, through="CentreService", related_name="centres"
    )

    class Meta:
        verbose_name = _("contact centre")

    def __str__(self) -> str:
        return self.name


class CentreService(models.Model):
    """A contact centre works for a dealership, at agreed prices (product.md, Organisation)."""

    centre = models.ForeignKey(ContactCentre, on_delete=models.CASCADE, related_name="services")
    dealership = models.ForeignKey(Dealership, on_delete=models.CASCADE, related_name="services")
    price_reached = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal("0.80"))
    price_appointment = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal("8.00"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "dealership"], name="centre_serves_a_dealership_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre} – {self.dealership}"
