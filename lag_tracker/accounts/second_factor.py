"""Pages of the second factor: codes from an app, and recovery codes for the day it is lost."""

from typing import Any

from flask import redirect, request, url_for
from flask_security import views as extension
from flask_security.recovery_codes import mf_recovery as extension_takes_recovery_code
from flask_security.recovery_codes import mf_recovery_codes as extension_shows_recovery_codes
from flask_security.tf_plugin import tf_select as extension_asks_for_way
from werkzeug.wrappers import Response

from lag_tracker.accounts.security import blueprint
from lag_tracker.web.access import Access, current_account
from lag_tracker.web.limits import checks_code, takes_key
from lag_tracker.web.routes import FORM, page


@page(blueprint, lv="/pieteikties/veids", en="/sign-in/way", access=Access.PUBLIC, methods=FORM)
def tf_select() -> Any:
    """Ask which of several second factors to use."""
    if "next" not in request.args:
        # The extension would take the whole address of this page.
        return redirect(url_for(".tf_select", next=url_for(".arrive")), 303)
    return extension_asks_for_way()


@page(blueprint, lv="/pieteikties/kods", en="/sign-in/code", access=Access.PUBLIC, methods=FORM)
@checks_code
def two_factor_token_validation() -> Any:
    """Ask for the code of the app."""
    if current_account() is not None:
        return redirect(url_for(".arrive"), 303)
    return extension.two_factor_token_validation()


@page(blueprint, lv="/pieteikties/palidziba", en="/sign-in/help", access=Access.PUBLIC)
def two_factor_rescue() -> Response:
    """Lead who has lost the app to the recovery codes."""
    return redirect(url_for(".mf_recovery", next=request.args.get("next")), 303)


@page(blueprint, lv="/pieteikties/atkopsanas-kods", en="/sign-in/recovery-code", access=Access.PUBLIC, methods=FORM)
@checks_code
def mf_recovery() -> Any:
    """Ask for a recovery code instead of one of the app."""
    return extension_takes_recovery_code()


@page(blueprint, lv="/konts/otrais-faktors", en="/account/second-factor", access=Access.ACCOUNT, methods=FORM)
def two_factor_setup() -> Any:
    """Let somebody set a second factor up, or do without."""
    return extension.two_factor_setup()


@page(
    blueprint,
    lv="/konts/otrais-faktors/<token>",
    en="/account/second-factor/<token>",
    access=Access.ACCOUNT,
    methods=("POST",),
)
@takes_key
def two_factor_setup_validate(token: str) -> Any:
    """Take the first code of an app that was just set up."""
    return extension.two_factor_setup_validate(token)


@page(blueprint, lv="/konts/atkopsanas-kodi", en="/account/recovery-codes", access=Access.ACCOUNT, methods=FORM)
def mf_recovery_codes() -> Any:
    """Make recovery codes, and show them."""
    return extension_shows_recovery_codes()
