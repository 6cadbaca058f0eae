"""People; most of them need no account."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, event, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lag_tracker.database import Base, SortKey
from lag_tracker.latvian import sort_key
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.traits import PERSONAL, Archivable, Identified, Revised


class Person(Identified, Revised, Archivable, Base):
    """A person. The name is shown to the public only where `name_is_public` allows it."""

    __tablename__ = "person"

    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    #: Place by surname, then given names, in the Latvian alphabet.
    name_sort: Mapped[str] = mapped_column(SortKey(), index=True, info=PERSONAL)
    position_lv: Mapped[str | None] = mapped_column(String(300), info=PERSONAL)
    position_en: Mapped[str | None] = mapped_column(String(300), info=PERSONAL)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    #: For letters and for the managers of the person's groups; never in public, in a feed or in an export for others.
    email: Mapped[str | None] = mapped_column(String(254), index=True, info=PERSONAL)
    #: In the international form, such as +37126123456.
    phone: Mapped[str | None] = mapped_column(String(30), info=PERSONAL)
    #: The language that letters are written in.
    language: Mapped[str] = mapped_column(String(2), default="lv", server_default="lv")
    #: False when the person asked for no letters about meetings.
    wants_letters: Mapped[bool] = mapped_column(default=True, server_default=true())
    #: When the person was erased: the row stays so that what they did can be counted, without anything that names them.
    erased_at: Mapped[datetime | None]
    #: True with the person's consent, or for a public office or speech that a public page names.
    name_is_public: Mapped[bool] = mapped_column(default=False)

    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")

    @property
    def position(self) -> Bilingual:
        """The office the person holds, in both languages."""
        return Bilingual(self.position_lv, self.position_en)

    @property
    def gets_letters(self) -> bool:
        """Whether letters about meetings reach this person: there is an address, and they are wanted."""
        return bool(self.email) and self.wants_letters


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _keep_name_sort(_mapper: Any, _connection: Any, person: Person) -> None:
    given, _, surname = person.name.rpartition(" ")
    person.name_sort = sort_key(f"{surname} {given}")[:400]
