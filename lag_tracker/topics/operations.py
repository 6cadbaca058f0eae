"""What happens to topics."""

from datetime import datetime
from typing import TypedDict

from sqlalchemy.orm import Session

from lag_tracker.models.group import Group
from lag_tracker.models.topic import Topic, TopicState
from lag_tracker.slugs import free_slug


class TopicWords(TypedDict):
    """What a person writes about a topic."""

    title_lv: str | None
    title_en: str | None
    summary_lv: str | None
    summary_en: str | None
    state: TopicState


def open_topic(group: Group, *, session: Session, words: TopicWords) -> Topic:
    """Give a group one more topic."""
    slug = free_slug(session, Topic, words["title_lv"], words["title_en"])
    topic = Topic(group_id=group.id, slug=slug, **words)
    session.add(topic)
    return topic


def change_topic(topic: Topic, *, words: TopicWords) -> None:
    """Write down what a topic is called, what it is about, and whether the group still works on it."""
    for name, value in words.items():
        setattr(topic, name, value)


def put_topic_away(topic: Topic, *, now: datetime) -> None:
    """Take a topic out of the lists; its page and what was said about it stay."""
    topic.archived_at = now


def take_topic_back(topic: Topic) -> None:
    """Put an archived topic into the lists again."""
    topic.archived_at = None


def erase_topic(topic: Topic, *, session: Session) -> None:
    """Delete a topic; agenda items, decisions and initiatives about it stay, about no topic."""
    session.delete(topic)
