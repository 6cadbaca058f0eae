"""The words for every choice a record can hold, in Latvian and English, for pages and feeds alike."""

from datetime import date
from enum import StrEnum

from lag_tracker.models.account import Role
from lag_tracker.models.action import ActionState
from lag_tracker.models.attendance import Presence, Reply
from lag_tracker.models.audit import Deed
from lag_tracker.models.bilingual import Bilingual, Text
from lag_tracker.models.calendar_token import CalendarClient, FeedKind
from lag_tracker.models.comment import CommentState
from lag_tracker.models.consent import ConsentPurpose
from lag_tracker.models.decision import DecisionMethod
from lag_tracker.models.group import GroupKind, MemberRole, Tier
from lag_tracker.models.initiative import InitiativeState
from lag_tracker.models.letter import LetterState
from lag_tracker.models.meeting import LinkKind, MeetingKind, MeetingState, MinutesState, Mode
from lag_tracker.models.milestone import MilestoneKind
from lag_tracker.models.municipality import MunicipalityKind
from lag_tracker.models.network import NetworkKind, PartnerRole
from lag_tracker.models.organisation import Sector
from lag_tracker.models.proposal import ProposalKind, ProposalState
from lag_tracker.models.rhythm import Nth, Pattern, Scope, Weekday
from lag_tracker.models.search import Subject
from lag_tracker.models.site_settings import Conformity
from lag_tracker.models.topic import TopicState
from lag_tracker.models.traits import Audience, Certainty, Precision

_WORDS: tuple[tuple[StrEnum, str, str], ...] = (
    (MeetingKind.LOCAL_GROUP, "grupas sanāksme", "local group meeting"),
    (MeetingKind.CORE_GROUP, "kodola sanāksme", "core group meeting"),
    (MeetingKind.JOINT, "kopīga sanāksme", "joint meeting"),
    (MeetingKind.STEERING, "vadības grupas sanāksme", "steering meeting"),
    (MeetingKind.TRANSNATIONAL, "starpvalstu sanāksme", "transnational meeting"),
    (MeetingKind.KICK_OFF, "uzsākšanas sanāksme", "kick-off meeting"),
    (MeetingKind.PUBLIC_EVENT, "publisks pasākums", "public event"),
    (MeetingKind.WORKSHOP, "darbnīca", "workshop"),
    (MeetingKind.TRAINING, "mācības", "training"),
    (MeetingKind.STUDY_VISIT, "mācību vizīte", "study visit"),
    (MeetingKind.BILATERAL_CALL, "divpusēja saruna", "bilateral call"),
    (MeetingKind.GENERAL_ASSEMBLY, "kopsapulce", "general assembly"),
    (MeetingKind.OTHER, "cita sanāksme", "other meeting"),
    (Mode.IN_PERSON, "klātienē", "in person"),
    (Mode.ONLINE, "tiešsaistē", "online"),
    (Mode.HYBRID, "hibrīdformātā", "hybrid"),
    (MeetingState.DRAFT, "melnraksts", "draft"),
    (MeetingState.SCHEDULED, "plānota", "scheduled"),
    (MeetingState.HELD, "notikusi", "held"),
    (MeetingState.CANCELLED, "atcelta", "cancelled"),
    (MinutesState.NONE, "protokola nav", "no minutes"),
    (MinutesState.DRAFT, "protokola melnraksts", "draft minutes"),
    (MinutesState.IN_REVIEW, "protokols saskaņošanā", "minutes in review"),
    (MinutesState.APPROVED, "protokols apstiprināts", "minutes approved"),
    (LinkKind.RECORDING, "ieraksts", "recording"),
    (LinkKind.VIDEO, "video", "video"),
    (LinkKind.DOCUMENT, "dokuments", "document"),
    (LinkKind.PRESENTATION, "prezentācija", "presentation"),
    (LinkKind.MINUTES, "protokols", "minutes"),
    (GroupKind.URBACT_LOCAL_GROUP, "URBACT vietējā rīcības grupa", "URBACT Local Group"),
    (GroupKind.LEADER_LAG, "LEADER vietējā rīcības grupa", "LEADER local action group"),
    (GroupKind.CORE_GROUP, "grupas kodols", "core group"),
    (GroupKind.STEERING, "projekta vadības grupa", "steering group"),
    (GroupKind.OTHER, "cita grupa", "other group"),
    (Tier.CORE, "kodols", "core"),
    (Tier.WIDER, "plašākais loks", "wider group"),
    (Tier.OBSERVER, "novērotāji", "observers"),
    (MemberRole.COORDINATOR, "koordinē", "coordinator"),
    (MemberRole.CHAIR, "vada", "chair"),
    (MemberRole.SECRETARY, "protokolē", "secretary"),
    (MemberRole.MEMBER, "loceklis vai locekle", "member"),
    (MemberRole.EXPERT, "eksperts vai eksperte", "expert"),
    (Sector.PUBLIC, "publiskais sektors", "public sector"),
    (Sector.PRIVATE, "privātais sektors", "private sector"),
    (Sector.CIVIC, "pilsoniskais sektors", "civic sector"),
    (Sector.KNOWLEDGE, "zināšanu sektors", "knowledge sector"),
    (NetworkKind.ACTION_PLANNING, "rīcības plānošanas tīkls", "action planning network"),
    (NetworkKind.IMPLEMENTATION, "īstenošanas tīkls", "implementation network"),
    (NetworkKind.TRANSFER, "pārneses tīkls", "transfer network"),
    (NetworkKind.INNOVATION_TRANSFER, "inovāciju pārneses tīkls", "innovation transfer network"),
    (NetworkKind.OTHER, "cits tīkls", "other network"),
    (PartnerRole.LEAD, "vadošais partneris", "lead partner"),
    (PartnerRole.PARTNER, "partneris", "partner"),
    (PartnerRole.PRACTICE_GIVER, "prakses devējs", "practice giver"),
    (PartnerRole.WORKS_WITH, "sadarbojas", "works with"),
    (MunicipalityKind.MUNICIPALITY, "pašvaldība", "municipality"),
    (MunicipalityKind.PLANNING_REGION, "plānošanas reģions", "planning region"),
    (InitiativeState.PROPOSED, "ierosināta", "proposed"),
    (InitiativeState.UNDER_DISCUSSION, "apspriešanā", "under discussion"),
    (InitiativeState.ACCEPTED, "atbalstīta", "accepted"),
    (InitiativeState.TESTING, "izmēģināšanā", "testing"),
    (InitiativeState.IN_PLAN, "plānā", "in the plan"),
    (InitiativeState.UNDER_WAY, "īstenošanā", "under way"),
    (InitiativeState.DONE, "īstenota", "done"),
    (InitiativeState.DECLINED, "noraidīta", "declined"),
    (InitiativeState.PARKED, "atlikta", "parked"),
    (TopicState.OPEN, "atvērts", "open"),
    (TopicState.CLOSED, "noslēgts", "closed"),
    (DecisionMethod.CONSENSUS, "vienprātīga vienošanās", "by consensus"),
    (DecisionMethod.VOTE, "balsojums", "by vote"),
    (DecisionMethod.NOT_STATED, "lemšanas veids nav norādīts", "method not stated"),
    (ActionState.OPEN, "jāsāk", "open"),
    (ActionState.IN_PROGRESS, "darbā", "in progress"),
    (ActionState.DONE, "paveikts", "done"),
    (ActionState.DROPPED, "atcelts", "dropped"),
    (Reply.INVITED, "uzaicinājums nosūtīts", "invited"),
    (Reply.ACCEPTED, "piedalīsies", "accepted"),
    (Reply.TENTATIVE, "varbūt piedalīsies", "tentative"),
    (Reply.DECLINED, "nepiedalīsies", "declined"),
    (Presence.PRESENT, "piedalījās", "present"),
    (Presence.EXCUSED, "attaisnota prombūtne", "excused"),
    (Presence.ABSENT, "nepiedalījās", "absent"),
    (MilestoneKind.DEADLINE, "termiņš", "deadline"),
    (MilestoneKind.PHASE, "posms", "phase"),
    (Conformity.FULL, "pilnībā atbilst", "conforms"),
    (Conformity.PARTIAL, "daļēji atbilst", "conforms in part"),
    (Conformity.NONE, "neatbilst", "does not conform"),
    (Subject.MEETING, "sanāksme", "meeting"),
    (Subject.TOPIC, "temats", "topic"),
    (Subject.INITIATIVE, "iniciatīva", "initiative"),
    (Subject.DECISION, "lēmums", "decision"),
    (Subject.GROUP, "grupa", "group"),
    (Subject.NETWORK, "tīkls", "network"),
    (Subject.MUNICIPALITY, "pašvaldība", "municipality"),
    (Audience.PUBLIC, "visiem", "public"),
    (Audience.MEMBERS, "grupas locekļiem", "for members"),
    (Audience.MANAGERS, "grupas vadītājiem", "for managers"),
    (Role.MANAGER, "grupas vadītājs vai vadītāja", "manager"),
    (Role.MEMBER, "loceklis vai locekle", "member"),
    (Role.OBSERVER, "novērotājs vai novērotāja", "observer"),
    (LetterState.WAITING, "gaida nosūtīšanu", "waiting to be sent"),
    (LetterState.SENT, "nosūtīta", "sent"),
    (LetterState.FAILED, "nav nosūtīta", "could not be sent"),
    (ProposalKind.INITIATIVE, "iniciatīva", "initiative"),
    (ProposalKind.TOPIC, "temats", "topic"),
    (ProposalKind.AGENDA_ITEM, "darba kārtības punkts", "agenda item"),
    (ProposalState.WAITING, "gaida atbildi", "waiting for an answer"),
    (ProposalState.TAKEN_UP, "pieņemts izskatīšanai", "taken up"),
    (ProposalState.REFUSED, "nav pieņemts", "not taken up"),
    (CommentState.WAITING, "gaida pārskatīšanu", "waiting to be read"),
    (CommentState.SHOWN, "redzams", "shown"),
    (CommentState.HIDDEN, "paslēpts", "hidden"),
    (Deed.CREATED, "izveidošana", "created"),
    (Deed.SENT_IN, "iesniegšana", "sent in"),
    (Deed.CHANGED, "maiņa", "changed"),
    (Deed.BY_LINK, "maiņa ar vēstulē saņemtu saiti", "changed by a link from a letter"),
    (Deed.ERASED, "dzēšana", "erased"),
    (Deed.EXPORTED, "saraksta saglabāšana failā", "list exported"),
    (Deed.SIGNED_OUT, "aktīvo pieteikšanos izbeigšana", "sign-ins ended"),
    (Deed.FORGOTTEN, "dzēšana ar personas datiem", "erased with a person's data"),
    (Deed.EXPIRED, "glabāšanas termiņa beigas", "end of the term of keeping"),
    (Precision.DAY, "diena", "the day"),
    (Precision.MONTH, "tikai mēnesis", "only the month"),
    (Precision.YEAR, "tikai gads", "only the year"),
    (Precision.UNKNOWN, "datums nav zināms", "date not known"),
    (Pattern.WEEKS, "pa nedēļām", "by weeks"),
    (Pattern.MONTHS, "pa mēnešiem", "by months"),
    (Weekday.MONDAY, "pirmdiena", "Monday"),
    (Weekday.TUESDAY, "otrdiena", "Tuesday"),
    (Weekday.WEDNESDAY, "trešdiena", "Wednesday"),
    (Weekday.THURSDAY, "ceturtdiena", "Thursday"),
    (Weekday.FRIDAY, "piektdiena", "Friday"),
    (Weekday.SATURDAY, "sestdiena", "Saturday"),
    (Weekday.SUNDAY, "svētdiena", "Sunday"),
    (Nth.FIRST, "pirmā", "first"),
    (Nth.SECOND, "otrā", "second"),
    (Nth.THIRD, "trešā", "third"),
    (Nth.FOURTH, "ceturtā", "fourth"),
    (Nth.LAST, "pēdējā", "last"),
    (Scope.THIS_AND_LATER, "šī un visas vēlākās", "this one and all later ones"),
    (Scope.THIS, "tikai šī", "this one only"),
    (FeedKind.MINE, "manas sanāksmes", "my meetings"),
    (FeedKind.GROUP, "vienas grupas viss kalendārs", "all of one group"),
    (FeedKind.MANAGED, "manis vadītās grupas, arī melnraksti", "groups I manage, with drafts"),
    (FeedKind.DEADLINES, "manu uzdevumu termiņi", "deadlines of my tasks"),
    (CalendarClient.GOOGLE, "Google kalendārs", "Google Calendar"),
    (CalendarClient.APPLE, "Apple kalendārs", "Apple Calendar"),
    (CalendarClient.OUTLOOK, "Outlook", "Outlook"),
    (CalendarClient.THUNDERBIRD, "Thunderbird", "Thunderbird"),
    (CalendarClient.DAVX5, "DAVx5 vai ICSx5", "DAVx5 or ICSx5"),
    (CalendarClient.OTHER, "cita programma", "another program"),
    (ConsentPurpose.PUBLIC_NAME, "rādīt vārdu visiem", "to show the name to everyone"),
    (Certainty.STATED, "norādīts avotā", "stated by the source"),
    (Certainty.INFERRED, "secināts no avota", "inferred from the source"),
)

# Members of different StrEnums that share a value are equal, so the table is read by class and value.
_LABELS = {(type(choice), choice.value): Bilingual(lv, en) for choice, lv, en in _WORDS}


def label(choice: StrEnum, lang: str) -> str:
    """Return the words for a choice, such as "darbnīca" or "workshop", in small letters."""
    words = _LABELS[type(choice), choice.value]
    return (words.en if lang == "en" else words.lv) or ""


def group_kind(own: Bilingual, kind: GroupKind, lang: str) -> Text:
    """Return what a group is, with a capital: in its own word if it has one, else its kind."""
    words, spoken = own.read_in(lang) if own else Text(label(kind, lang), lang)
    return Text(words[0].upper() + words[1:], spoken)


def meeting_title(title: Bilingual, kind: MeetingKind, ordinal: int | None, lang: str) -> Text:
    """Return a meeting's title; one without is called by its place in the series: "3. starpvalstu sanāksme"."""
    if title:
        return title.read_in(lang)
    words = label(kind, lang)
    if ordinal is None:
        return Text(words[0].upper() + words[1:], lang)
    return Text(f"{ordinal}. {words}" if lang == "lv" else f"{english_ordinal(ordinal)} {words}", lang)


def decision_number(number: int, taken_on: date | None) -> str:
    """Return the number by which a decision is told from those of other years: "3/2020"; "3" where no day is known."""
    return f"{number}/{taken_on.year}" if taken_on else str(number)


def english_ordinal(number: int) -> str:
    """Return "1st", "2nd", "3rd", "11th"."""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
