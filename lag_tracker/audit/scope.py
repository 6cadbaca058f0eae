"""What is written down of which tables when their rows are made, changed or deleted, and what is left out."""

#: Columns that are secrets: that they changed is written down, nothing else.
SECRETS = frozenset({"mf_recovery_codes", "password", "tf_totp_secret"})

#: Tables whose rows people make and change. What is worked out from them, and what only counts, is left out.
AUDITED = frozenset(
    {
        "account",
        "action",
        "agenda_item",
        "attendance",
        "citation",
        "comment",
        "decision",
        "group",
        "group_role",
        "initiative",
        "initiative_state_change",
        "invitation",
        "letter",
        "meeting",
        "meeting_group",
        "meeting_link",
        "membership",
        "milestone",
        "municipality",
        "network",
        "organisation",
        "partnership",
        "passkey",
        "person",
        "proposal",
        "site_settings",
        "source",
        "speaker",
        "theme",
        "topic",
    }
)
#: Tables whose rows come with other changes, which are written down: only what people do to them later is.
CONSEQUENCES = frozenset({"letter"})
#: Tables whose rows say nothing about persons: their words stay in the record of changes when they go.
SPEAKING = frozenset(
    {
        "action",
        "agenda_item",
        "decision",
        "group",
        "initiative",
        "meeting",
        "meeting_link",
        "milestone",
        "municipality",
        "network",
        "organisation",
        "source",
        "theme",
        "topic",
    }
)
#: Tables of which it is written down only how many rows something was done to at once.
COUNTED = frozenset({"audit_entry", "calendar_token", "draft", "sign_in", "sign_in_link"})
#: Table and column without which nobody would know what a change is about, so that it is told though it stays as it is.
ALWAYS_TOLD = frozenset({("group_role", "group_id")})
#: What stands beside the columns: which list was taken, and to how many records something was done at once.
LIST, COUNT = "list", "count"
#: Columns of words, as far as a table has them, and what tells one decision or meeting from the next.
WORDS = ("name", "name_lv", "name_en", "title_lv", "title_en", "text_lv", "text_en", "number", "starts_on", "url")
#: Columns that tell which record is gone, where it has no words or they are somebody's own.
TELLING = (
    "person_id",
    "organisation_id",
    "member_group_id",
    "group_id",
    "initiative_id",
    "meeting_id",
    "source_id",
    "user_id",
)
#: Columns that say nothing to people, follow from others, or are secrets.
SILENT = frozenset(
    {
        "backup_state",
        "changed_at",
        "credential_id",
        "device_type",
        "extensions",
        "lastuse_datetime",
        "public_key",
        "sign_count",
        "transports",
        "created_at",
        "due_at",
        "fs_uniquifier",
        "fs_webauthn_user_handle",
        "id",
        "import_key",
        "last_error",
        "message_id",
        "name_sort",
        "once",
        "revision",
        "slug",
        "tf_last_counter",
        "title_sort",
        "token_hash",
        "tries",
        "uid",
    }
)
