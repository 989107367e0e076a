"""Who may come in: inviting, choosing a password, logging in, roles. What a person may not do is Refused, in Dutch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.own_letters import write_access
from engine.app.planning import PROGRAM
from engine.core.letter import FORGOTTEN, INVITED, Access
from engine.core.party import Contact
from engine.core.passwords import LONGEST, why_not
from engine.core.ports import Passwords
from engine.core.problem import Refused
from engine.core.sheets import ContactRow
from engine.core.token import digest_of
from engine.core.user import USER_ROLE_WORDS, User, UserRole
from engine.store.facts import register_changed
from engine.store.passes import Pass, PassKind, add_pass, find_pass, forget_passes, use_pass
from engine.store.register import contact_number, save_contacts
from engine.store.users import (
    add_user,
    count_role,
    count_users,
    end_sessions,
    names,
    password_of,
    set_active,
    set_password,
    set_role,
    user_by_email,
    user_by_id,
)

WORKS_FOR: dict[PassKind, timedelta] = {
    "first": timedelta(days=1),
    "invite": timedelta(days=7),
    "reset": timedelta(hours=4),
    "login": timedelta(hours=12),
}
# The page that a pass leads to, before its token.
PLACES: dict[PassKind, str] = {
    "first": "/uitnodiging/",
    "invite": "/uitnodiging/",
    "reset": "/uitnodiging/",
    "login": "/inloggen/",
}
MOST_NAME = 100


def first_pass(means: Means, now: datetime) -> str | None:
    """The path of a link by which the first user of the bureau comes in; None when there is a user."""
    with means.database.write() as connection:
        return None if count_users(connection) else _new_pass(connection, None, "first", means, now)


def login_pass(means: Means, user: int, now: datetime) -> str:
    """The path of a link by which this user comes in once without a password: for who sits at the machine itself."""
    with means.database.write() as connection:
        return _new_pass(connection, user, "login", means, now)


def password_pass(means: Means, email: str, now: datetime) -> str:
    """The path of a link by which this user chooses another password; raises Refused."""
    with means.database.write() as connection:
        found = user_by_email(connection, email.strip())
        if found is None or not found.active:
            raise Refused(f"Er is geen gebruiker met het adres {email} die mag inloggen.", "Kijk of het adres klopt.")
        return _new_pass(connection, found.id, "reset", means, now)


def invite(means: Means, email: str, name: str, role: UserRole, by: str, now: datetime) -> User:
    """Adds a user and makes the mail ready in which a password can be chosen; raises Refused."""
    _must_have_address(means)
    address, name = _checked(email, name)
    with means.database.read() as connection:
        if (known := user_by_email(connection, address)) is not None:
            hint = "U vindt deze gebruiker in de lijst." if known.active else "Zet deze gebruiker in de lijst weer aan."
            raise Refused(f"Er is al een gebruiker met het adres {address}: {known.name}.", hint)
    with means.database.write() as connection:
        _be_the_only(connection, name)
        found = User(add_user(connection, address, name, role, now), address, name, role)
        _send_pass(connection, found, "invite", means, now, by)
    return found


def send_pass_again(means: Means, number: int, by: str, now: datetime) -> User:
    """Mails a user a new link to choose a password; earlier links work no more. Raises Refused."""
    _must_have_address(means)
    with means.database.write() as connection:
        found = must_find(connection, number)
        if not found.active:
            raise Refused(f"{found.name} mag niet inloggen.", "Zet deze gebruiker eerst weer aan.")
        kind: PassKind = "reset" if password_of(connection, number) else "invite"
        _send_pass(connection, found, kind, means, now, by)
    return found


def forgot(means: Means, email: str, now: datetime) -> None:
    """Mails a link to choose a new password to whom may log in with that address; else nothing happens."""
    with means.database.read() as connection:
        found = user_by_email(connection, email)
    if found is None or not found.active or not means.settings.link_address:
        return
    with means.database.write() as connection:
        kind: PassKind = "reset" if password_of(connection, found.id) else "invite"
        _send_pass(connection, found, kind, means, now, "")


def holder(connection: Connection, token: str, now: datetime) -> tuple[Pass, User | None] | None:
    """The pass of a token that works, and whose it is; None for one that does not, whatever the reason."""
    found = find_pass(connection, digest_of(token), now)
    if found is None:
        return None
    if found.user is None:
        return None if count_users(connection) else (found, None)
    user = user_by_id(connection, found.user)
    return (found, user) if user is not None and user.active else None


def use(connection: Connection, token: str, now: datetime) -> User | None:
    """Uses a login link up; None when it does not work, or no more."""
    found = holder(connection, token, now)
    if found is None or found[0].kind != "login" or not use_pass(connection, found[0].digest, now):
        return None
    return found[1]


def check_password(password: str, again: str, own_words: Iterable[str]) -> None:
    """Raises Refused when this may not become a password."""
    if reason := why_not(password, own_words):
        raise Refused(reason)
    if password != again:
        raise Refused("De twee wachtwoorden zijn niet gelijk.", "Typ twee keer hetzelfde wachtwoord.")


def choose_password(
    means: Means, passwords: Passwords, token: str, now: datetime, password: str, again: str, who: tuple[str, str]
) -> User | None:
    """Uses a pass up and keeps the password; None when the pass does not work. `who`: address and name of a first user.

    All sessions of the user end. Raises Refused when the password will not do, or the first user is not named.
    """
    with means.database.read() as connection:
        found = holder(connection, token, now)
    if found is None or found[0].kind == "login":
        return None
    held, user = found
    address, name = (user.email, user.name) if user is not None else _checked(*who)
    check_password(password, again, (address, name, means.settings.name))
    kept = passwords.keep(password)
    with means.database.write() as connection:
        if holder(connection, token, now) is None or not use_pass(connection, held.digest, now):
            return None
        if user is None:
            user = User(add_user(connection, address, name, "bureau", now), address, name, "bureau")
        set_password(connection, user.id, kept)
        end_sessions(connection, user.id)
    return user


def log_in(means: Means, passwords: Passwords, email: str, password: str) -> User | None:
    """Who has that address and password; None takes as long whether the address, the password or neither is known."""
    with means.database.read() as connection:
        user = user_by_email(connection, email.strip())
        kept = password_of(connection, user.id) if user is not None and user.active else ""
    if not passwords.fits(kept, password[: LONGEST + 1]) or user is None:
        return None
    if passwords.is_dated(kept):
        with means.database.write() as connection:
            set_password(connection, user.id, passwords.keep(password))
    return user


def change_password(
    means: Means, passwords: Passwords, user: User, current: str, password: str, again: str, *, session: str
) -> None:
    """Keeps another password; all sessions of the user end but that with this digest. Raises Refused."""
    with means.database.read() as connection:
        kept = password_of(connection, user.id)
    if kept and not passwords.fits(kept, current[: LONGEST + 1]):
        raise Refused("Uw huidige wachtwoord klopt niet.", "Weet u het niet meer? Log uit en kies Wachtwoord vergeten.")
    check_password(password, again, (user.email, user.name, means.settings.name))
    fresh = passwords.keep(password)
    with means.database.write() as connection:
        set_password(connection, user.id, fresh)
        forget_passes(connection, user.id)
        end_sessions(connection, user.id, but=session)


def change_role(connection: Connection, number: int, role: UserRole) -> User:
    """Gives a user another role and ends all sessions; returns the user as it was. Raises Refused."""
    found = must_find(connection, number)
    if found.role == role:
        raise Refused(f"{found.name} is al {USER_ROLE_WORDS[role]}.")
    _keep_one(connection, found)
    set_role(connection, number, role)
    end_sessions(connection, number)
    return found


def switch(connection: Connection, number: int, *, on: bool) -> User:
    """Lets a user in again, or no more: sessions and links end. Raises Refused."""
    found = must_find(connection, number)
    if found.active == on:
        raise Refused(f"{found.name} mag {'al' if on else 'al niet meer'} inloggen.")
    if not on:
        _keep_one(connection, found)
    set_active(connection, number, active=on)
    end_sessions(connection, number)
    forget_passes(connection, number)
    return found


def must_find(connection: Connection, number: int) -> User:
    """The user of that number; raises Refused."""
    found = user_by_id(connection, number)
    if found is None:
        raise Refused("Deze gebruiker is er niet.", "Kijk in de lijst met gebruikers.")
    return found


def _keep_one(connection: Connection, leaving: User) -> None:
    if leaving.role == "bureau" and leaving.active and count_role(connection, "bureau") == 1:
        raise Refused(
            f"{leaving.name} is de enige gebruiker van het bureau. Zonder bureau kan niemand het programma beheren.",
            "Geef eerst iemand anders de rol bureau.",
        )


def _be_the_only(connection: Connection, name: str) -> None:
    """What people did is told under their name, so nobody has another's."""
    taken = {user_name.casefold() for user_name in (*names(connection), PROGRAM)}
    if name.casefold() in taken:
        raise Refused(
            f"Er is al een gebruiker met de naam {name}.",
            "Maak het verschil duidelijk, bijvoorbeeld met een voorletter. De naam staat bij alles wat iemand doet.",
        )


def _must_have_address(means: Means) -> None:
    if not means.settings.link_address:
        raise Refused(
            "Er kan geen uitnodiging uit: het adres van deze site is niet bekend.",
            "Vul [web] adres in config.toml in, en start het programma opnieuw.",
        )


def _checked(email: str, name: str) -> tuple[str, str]:
    """Address and name as they are stored."""
    try:
        address = validate_email(email, check_deliverability=False, test_environment=True).normalized.casefold()
    except EmailNotValidError:
        raise Refused(f"'{email[:80]}' is geen e-mailadres.", "Schrijf bijvoorbeeld naam@voorbeeld.nl.") from None
    name = " ".join(name.split())
    if not name or not name.isprintable() or len(name) > MOST_NAME:
        raise Refused("Vul een naam in.", f"Een naam heeft hooguit {MOST_NAME} tekens.")
    return address, name


def _new_pass(connection: Connection, user: int | None, kind: PassKind, means: Means, now: datetime) -> str:
    token = means.tokens.secret()
    add_pass(connection, Pass(digest_of(token), user, kind, now + WORKS_FOR[kind]), now)
    return PLACES[kind] + token


def _send_pass(connection: Connection, user: User, kind: PassKind, means: Means, now: datetime, by: str) -> None:
    path = _new_pass(connection, user.id, kind, means, now)
    template = FORGOTTEN if kind == "reset" else INVITED
    address = means.settings.link_address + path
    access = Access(template, address, now + WORKS_FOR[kind], by, USER_ROLE_WORDS[user.role])
    register = means.register(connection)
    number = contact_number(connection, user.email)
    if number is None:
        save_contacts(connection, [ContactRow(user.email, user.name)])
        register_changed(connection)
        number = contact_number(connection, user.email)
    who = register.contacts.get(number or 0)
    greeted = Contact(number or 0, user.email, user.name, "" if who is None else who.salutation)
    write_access(connection, greeted, access, means, register, now)
