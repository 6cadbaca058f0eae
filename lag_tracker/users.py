"""The commands `lag-tracker user`: accounts, for whoever runs the server."""

import click
from flask import url_for

from lag_tracker import database
from lag_tracker.accounts.operations import (
    LINK_LASTS,
    close_account,
    make_account,
    make_sign_in_link,
    reopen_account,
)
from lag_tracker.accounts.queries import all_accounts, find_account, normal_address
from lag_tracker.audit.operations import act_as_program
from lag_tracker.errors import RuleBroken
from lag_tracker.models.account import Account
from lag_tracker.terminal import records

EMAIL = click.argument("email")


@click.group()
def user() -> None:
    """Look after accounts."""


def _find(email: str) -> Account:
    found = find_account(database.db.session(), email)
    if found is None:
        raise RuleBroken(f"There is no account with the address {email}.")
    return found


def _show_link(account: Account) -> None:
    """Print a link that signs in, once and soon."""
    session = database.db.session()
    token = make_sign_in_link(account, session=session, until=database.utc_now() + LINK_LASTS)
    click.echo(url_for("accounts.follow_link", token=token, lang=account.language, _external=True))
    click.echo(f"Whoever has this link gets in as {account.email}, once, within half an hour.")


@user.command()
@EMAIL
@click.option("--administrator", is_flag=True, help="Let it do everything.")
@click.option("--language", type=click.Choice(["lv", "en"]), default="lv", show_default=True)
def add(email: str, *, administrator: bool, language: str) -> None:
    """Make an account for EMAIL, or make the one there is an administrator's, and print a link that signs in."""
    with records():
        session, address = database.db.session(), normal_address(email)
        act_as_program(session)
        if not address:
            raise RuleBroken(f"{email} is no e-mail address.")
        account = find_account(session, address)
        if account is not None and not administrator:
            raise RuleBroken(f"There is an account with the address {address} already.")
        account = account or make_account(address, session=session, language=language, now=database.utc_now())
        account.is_administrator = account.is_administrator or administrator
        session.flush()
        _show_link(account)


@user.command("list")
def show() -> None:
    """Print all accounts: address, what it may do, and when it signed in last."""
    with records():
        for row in all_accounts(database.db.session()):
            account, groups = row.account, f"{row.roles} group{'' if row.roles == 1 else 's'}"
            rights = "administrator" if account.is_administrator else groups
            last = f"{row.signed_in_at:%Y-%m-%d %H:%M} UTC" if row.signed_in_at else "never signed in"
            click.echo("\t".join([account.email, rights, last, *([] if account.active else ["closed"])]))


@user.command()
@EMAIL
def link(email: str) -> None:
    """Print a link that signs EMAIL in, for somebody whose letters do not arrive."""
    with records():
        account = _find(email)
        if not account.active:
            raise RuleBroken(f"The account {account.email} is closed; lag-tracker user activate opens it again.")
        _show_link(account)


@user.command()
@EMAIL
def deactivate(email: str) -> None:
    """Close the account of EMAIL: all its sign-ins end, and nothing opens it."""
    with records():
        account = _find(email)
        act_as_program(database.db.session())
        close_account(account, session=database.db.session(), now=database.utc_now())
        click.echo(f"The account {account.email} is closed.")


@user.command()
@EMAIL
def activate(email: str) -> None:
    """Open a closed account again."""
    with records():
        account = _find(email)
        act_as_program(database.db.session())
        reopen_account(account)
        click.echo(f"The account {account.email} is open.")
