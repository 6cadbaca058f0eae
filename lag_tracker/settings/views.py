"""The page of the site's settings."""

from flask import Blueprint, Response, abort, after_this_request, current_app, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from lag_tracker.database import db, utc_now
from lag_tracker.letters.queries import LETTERS_WAIT, number_overdue
from lag_tracker.settings.forms import SiteSettingsForm
from lag_tracker.settings.operations import decide_settings
from lag_tracker.settings.queries import TEST_LETTER, last_test_letter, site_settings
from lag_tracker.settings.server import server_facts
from lag_tracker.web.access import Access, signed_in_account
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.letters import send_letter
from lag_tracker.web.limits import sends_letter
from lag_tracker.web.routes import DEED, FORM, page
from lag_tracker.web.settings import settings_in_use
from lag_tracker.web.transactions import done

blueprint = Blueprint("settings", __name__)


@page(blueprint, lv="/iestatijumi", en="/settings", access=Access.ADMINISTRATOR, methods=FORM)
def edit() -> AnyResponse:
    """Let an administrator decide what the site is called, whom to ask, and for how long things are kept."""
    session, in_use = db.session(), settings_in_use(current_app)
    in_use.look(at_once=True)
    decided = site_settings(session)
    form = SiteSettingsForm(decided, own=in_use.own)
    if form.is_accepted():
        with form.rules():
            decide_settings(
                decided, session=session, words=form.words, own=in_use.own, may_delete=bool(form.may_delete.data)
            )
            after_this_request(_take_over)
            return done(url_for(".edit"), gettext("The settings were saved and count from now on."))
    # Whoever ticked it has not seen yet what the form comes back with.
    form.may_delete.data = False
    overdue = number_overdue(session, before=utc_now() - LETTERS_WAIT)
    return form_page(
        "settings/form.html",
        form,
        own=in_use.own,
        is_recorded=decided.revision > 0,
        facts=list(server_facts(in_use.own, overdue=overdue)),
        test=last_test_letter(session, signed_in_account().email),
        button=Button(is_fresh=True),
    )


@page(
    blueprint,
    lv="/iestatijumi/proba",
    en="/settings/test-letter",
    access=Access.ADMINISTRATOR,
    methods=DEED,
)
@sends_letter
def test_letter() -> AnyResponse:
    """Write an administrator a letter, so that they see whether letters arrive."""
    if not Button().is_accepted():
        abort(400)
    own = signed_in_account()
    send_letter(
        "settings/letter.txt",
        to_email=own.email,
        language=own.language,
        kind=TEST_LETTER,
        person_id=own.person_id,
        page=url_for(".edit", lang=own.language, _external=True),
    )
    words = gettext(
        "A test letter to %(address)s waits to be sent. Open this page again in a minute.", address=own.email
    )
    return done(url_for(".edit"), words)


def _take_over(response: Response) -> Response:
    """Have this process know at once what was just saved; the others find out within seconds."""
    settings_in_use(current_app).look(at_once=True)
    return response
