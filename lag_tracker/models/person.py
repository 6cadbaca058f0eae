"""People; most of them need no account."""

from typing import Any

from sqlalchemy import ForeignKey, String, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base, SortKey
from lag_tracker.latvian import sort_key
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.traits import Identified


class Person(Identified, Base):
    """A person. The name is shown to the public only where `name_is_public` allows it."""

    __tablename__ = "person"

    name: Mapped[str] = mapped_column(String(200))
    #: Place by surname, then given names, in the Latvian alphabet.
    name_sort: Mapped[str] = mapped_column(SortKey(), index=True)
    position_lv: Mapped[str | None] = mapped_column(String(300))
    position_en: Mapped[str | None] = mapped_column(String(300))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    #: True with the person's consent, or for a public office or speech that a public page names.
    name_is_public: Mapped[bool] = mapped_column(default=False)

    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")

    @property
    def position(self) -> Bilingual:
        """The office the person holds, in both languages."""
        return Bilingual(self.position_lv, self.position_en)


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _keep_name_sort(_mapper: Any, _connection: Any, person: Person) -> None:
    given, _, surname = person.name.rpartition(" ")
    person.name_sort = sort_key(f"{surname} {given}")[:400]
