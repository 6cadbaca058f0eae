"""The events of calendars."""

from django.db import models


class Event(models.Model):
    """An event of a calendar."""

    calendar = models.CharField(max_length=40, db_index=True)
    uid = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=400)
    text = models.TextField()
    place = models.CharField(max_length=400)
    address = models.CharField(max_length=400)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title
