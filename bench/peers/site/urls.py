"""The feed and its address."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest
from django.urls import path
from django_ical.views import ICalFeed

from bench.peers.site.models import Event


class Calendar(ICalFeed):
    """All events of one calendar."""

    product_id = "-//Peer//Calendar feeds//EN"
    timezone = "Europe/Riga"

    def get_object(self, _request: HttpRequest, name: str) -> str:
        return name

    def items(self, name: str) -> Iterable[Event]:
        return Event.objects.filter(calendar=name).order_by("starts_at")

    def item_guid(self, item: Event) -> str:
        return item.uid

    def item_title(self, item: Event) -> str:
        return item.title

    def item_description(self, item: Event) -> str:
        return item.text

    def item_location(self, item: Event) -> str:
        return item.place

    def item_link(self, item: Event) -> str:
        return item.address

    def item_start_datetime(self, item: Event) -> datetime:
        return item.starts_at

    def item_end_datetime(self, item: Event) -> datetime:
        return item.ends_at

    def item_timestamp(self, item: Event) -> datetime:
        return item.changed_at

    def item_updateddate(self, item: Event) -> datetime:
        return item.changed_at


urlpatterns = [path("<slug:name>.ics", Calendar())]
