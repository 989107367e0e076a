"""A mail server for the tests: Debian's postfix and dovecot on loopback, all they keep in a temporary folder."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

INSTALL = "apt-get install --no-install-recommends postfix dovecot-imapd"
PASSWORD, OTHER_PASSWORD = "ge heim", "gehéim€"
PATIENCE = 20.0  # seconds
# Owns the mail; without rights to anything else.
OWNER = "nobody"

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log/postfix.log
maillog_file_prefixes = {folder}/log
myhostname = mail.swv.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
# Who is unknown is taken in, so that it bounces later, as at a relay that passes mail on.
smtpd_reject_unlisted_recipient = no
default_transport = error:geen ander netwerk
relay_transport = error:geen ander netwerk
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/etc/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 100
"""
MASTER = """\
127.0.0.1:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/etc/cert.pem
ssl_key = <{folder}/etc/key.pem
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 100
{more}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
# Who fails to log in waits no longer for that.
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/etc/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
"""
CONFIGURATION = {"main.cf": MAIN, "master.cf": MASTER, "dovecot.conf": DOVECOT}


@dataclass(frozen=True)
class MailServer:
    """A running server: ports on loopback, and the certificate that vouches for it under the name localhost."""

    folder: Path
    smtp: int
    imap: int
    imaps: int

    @property
    def certificate(self) -> Path:
        """Who trusts it trusts the server."""
        return self.folder / "etc" / "cert.pem"

    def mails(self, address: str, folder: str = "") -> list[Path]:
        """The mails in a folder of a mailbox, in the order in which they came; those that were read end in `S`."""
        box = self.folder / "mail" / address / (f".{folder}" if folder else "")
        return sorted([*box.glob("new/*"), *box.glob("cur/*")], key=lambda path: path.name)

    def waits_for(self, address: str, count: int, folder: str = "") -> list[Path]:
        """The same, once there are so many; fails with the server's log when that takes too long."""
        until(lambda: len(self.mails(address, folder)) >= count, self.log)
        return self.mails(address, folder)

    def log(self) -> str:
        """What both programs wrote down."""
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted((self.folder / "log").glob("*.log")))


def until(done: Callable[[], bool], log: Callable[[], str]) -> None:
    """Waits until it is done."""
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            pytest.fail(f"the mail server took too long:\n{log()}", pytrace=False)
        time.sleep(0.05)


@contextlib.contextmanager
def a_mail_server(addresses: Sequence[str], more: str = "", password: str = PASSWORD) -> Iterator[MailServer]:
    """A server with a mailbox for each address; mail to other addresses of their domains bounces.

    `more` are lines for dovecot. Fails with the command that installs what is missing.
    """
    for program in ("postfix", "dovecot", "openssl"):
        if shutil.which(program) is None and not Path("/usr/sbin", program).exists():
            pytest.fail(f"{program} is missing. Install it: {INSTALL}", pytrace=False)
    if os.geteuid() != 0:
        pytest.fail("postfix gives up its rights to users of its own, so it must be started as root.", pytrace=False)
    folder = Path(tempfile.mkdtemp(prefix="jp-mail-", dir="/tmp"))  # a short name, for sockets
    try:
        server = MailServer(folder, *_free_ports())
        _set_up(server, addresses, more, password)
        with _running(server):
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _set_up(server: MailServer, addresses: Sequence[str], more: str, password: str) -> None:
    folder = server.folder
    folder.chmod(0o755)
    for name in ("etc", "spool", "data", "log", "mail", "run", "state"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", OWNER)
    domains = sorted({address.rpartition("@")[2] for address in addresses})
    owner = (folder / "mail").stat()
    values = {
        "folder": folder,
        "domains": " ".join(domains),
        "uid": owner.st_uid,
        "gid": pwd.getpwnam(OWNER).pw_gid,
        "smtp": server.smtp,
        "imap": server.imap,
        "imaps": server.imaps,
        "more": more,
    }
    boxes = "".join(f"{address} {address}/\n" for address in addresses)
    users = "".join(f"{address}:{password}\n" for address in addresses)
    files = {name: text.format(**values) for name, text in CONFIGURATION.items()}
    for name, text in (files | {"mailboxes": boxes, "users": users}).items():
        (folder / "etc" / name).write_text(text, encoding="utf-8")
    _does(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
        *("-keyout", str(folder / "etc" / "key.pem"), "-out", str(server.certificate)),
    )


@contextlib.contextmanager
def _running(server: MailServer) -> Iterator[None]:
    etc = server.folder / "etc"
    postfix = ("/usr/sbin/postfix", "-c", str(etc))
    dovecot = subprocess.Popen(
        ["/usr/sbin/dovecot", "-F", "-c", str(etc / "dovecot.conf")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _does(*postfix, "start")
        try:
            for port in (server.smtp, server.imap):
                until(lambda port=port: _answers(port), server.log)  # type: ignore[misc]
            yield
        finally:
            _does(*postfix, "stop")
    finally:
        dovecot.terminate()
        dovecot.wait(PATIENCE)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _free_ports() -> tuple[int, int, int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(3)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        first, second, third = (each.getsockname()[1] for each in sockets)
        return first, second, third


def _does(*command: str) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout.decode('utf-8', 'replace')}"
