"""A norm that is not met is overridden with one of the fixed reasons."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dealers", "0003_let_nobody_be_away_twice_at_once"),
        ("leads", "0011_drop_in_the_up_line"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="is_speed_broken",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="proposal",
            name="is_spread_broken",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="proposal",
            name="override",
            field=models.CharField(
                blank=True,
                choices=[
                    ("customer_decided", "the customer was clear, calling on is no use"),
                    ("agreed_with_me", "agreed with me beforehand"),
                    ("circumstances", "a cause that the salesperson could not help"),
                    ("not_given", "no reason given"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("is_speed_broken", False), ("is_spread_broken", False), ("override", "")
                    ),
                    models.Q(
                        ("decision", "approved"),
                        (
                            "override__in",
                            ["customer_decided", "agreed_with_me", "circumstances", "not_given"],
                        ),
                        models.Q(
                            ("is_spread_broken", True), ("is_speed_broken", True), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="proposal_norm_broken_with_an_override",
            ),
        ),
    ]
