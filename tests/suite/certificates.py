"""Certificates for one test: an authority that no machine knows, and what it issues."""

from __future__ import annotations

import datetime
import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme

CLIENT = "the-suite@client.test"
YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """A private authority, and the folder in which the files of its certificates lie."""

    ca: trustme.CA
    folder: Path

    @property
    def file(self) -> Path:
        """The authority's own certificate, as `ca_file` names it."""
        path = self.folder / "ca.pem"
        self.ca.cert_pem.write_to_path(str(path))
        return path

    def client(self, name: str = "client") -> tuple[Path, Path]:
        """The files of a new client certificate and of its key."""
        issued = self.ca.issue_cert(CLIENT)
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        issued.cert_chain_pems[0].write_to_path(str(certificate))
        issued.private_key_pem.write_to_path(str(key))
        return certificate, key

    def server(
        self,
        host: str = "127.0.0.1",
        *,
        not_after: datetime.datetime | None = None,
        clients: Authority | None = None,
        version: ssl.TLSVersion | None = None,
    ) -> ssl.SSLContext:
        """What a server of this host speaks TLS with; one with `clients` takes clients of that authority alone."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(host, not_after=not_after).configure_cert(context)
        if clients is not None:
            clients.ca.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        if version is not None:
            context.minimum_version = context.maximum_version = version
        return context


def authority(folder: Path) -> Authority:
    """A new authority; its files go into the folder, which is made."""
    folder.mkdir()
    return Authority(trustme.CA(), folder)
