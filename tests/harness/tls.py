"""TLS to a target: the files that target.toml names for it, and what its errors mean for the one who named them.

Every certificate is verified; there is no switch that turns this off. The ssl module itself honours SSL_CERT_FILE and
SSL_CERT_DIR.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from tests.harness.unreachable import UnreachableError

CA_FILE = "tls.ca_file"
CERTIFICATE = "tls.client_certificate"
KEY = "tls.client_key"

EXPIRED = 10
NOT_YET_VALID = 9
UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21, 27)
OTHER_NAME = (62, 64)
"""OpenSSL's numbers of what is wrong with a certificate (X509_V_ERR_...)."""
OF_THE_CERTIFICATE = (
    "BAD_CERTIFICATE",
    "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN",
    "UNKNOWN_CA",
    "ACCESS_DENIED",
    "CERTIFICATE_REQUIRED",
)
"""Alerts with which servers refuse a client's certificate, or that there is none (RFC 8446, section 6.2)."""
NO_CERTIFICATE_SENT = (b"No required SSL certificate was sent", b"The SSL certificate error")
PLAIN_SENT = (
    b"plain HTTP request was sent to HTTPS port",
    b"speaking plain HTTP to an SSL-enabled server port",
    b"sent an HTTP request to an HTTPS server",
)
"""What common servers say in HTTP, with status 400, of what is wrong with TLS."""


@dataclass(frozen=True)
class Tls:
    """The table [tls]. Without `client_key` the key is in the file of the certificate."""

    ca_file: Path | None = None
    """Authorities that are trusted beside those that the machine trusts."""
    client_certificate: Path | None = None
    client_key: Path | None = None

    @property
    def curl_options(self) -> list[str]:
        """What curl needs to speak TLS likewise."""
        # In the name of a certificate curl takes a colon for the beginning of a passphrase.
        certificate = None if self.client_certificate is None else str(self.client_certificate).replace(":", r"\:")
        options = [("--cacert", self.ca_file), ("--cert", certificate), ("--key", self.client_key)]
        return [word for name, value in options if value is not None for word in (name, str(value))]


class _EncryptedError(Exception):
    """The key can only be read with a passphrase."""


def client_context(tls: Tls) -> ssl.SSLContext:
    """What connections are made with. Raises UnreachableError, with its key, where a file cannot serve.

    The text names files, never what is in them.
    """
    context = ssl.create_default_context()
    if tls.ca_file is not None:
        _load_certificates(context, CA_FILE, tls.ca_file)
    if tls.client_certificate is not None:
        # A context of its own tells whether there is a certificate; else OpenSSL does not say which file is wrong.
        _load_certificates(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), CERTIFICATE, tls.client_certificate)
        _load_key(context, tls.client_certificate, tls.client_key)
    return context


def refusal(error: ssl.SSLError, tls: Tls) -> UnreachableError:
    """What an error of the handshake means: which key to change, and to what."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _not_trusted(error.verify_code, error.verify_message)
    reason = (error.reason or str(error)).replace("_", " ").lower()
    if is_alert(error):
        return _refused(error.reason or "", reason, tls)
    if "wrong version number" in reason or "http request" in reason or "record layer" in reason:
        return UnreachableError(
            f"the server speaks no TLS there ({reason})", remedy="write http:// in place of https://, or another port"
        )
    return UnreachableError(f"TLS failed ({reason})")


def is_alert(error: Exception) -> bool:
    """Whether an error is the other side's refusal: in TLS 1.3 that of a certificate comes with the first read."""
    return isinstance(error, ssl.SSLError) and "_ALERT_" in (error.reason or "")


def told_in_http(body: bytes) -> UnreachableError | None:
    """What a server says of TLS in the body of an answer; None where it says nothing of it."""
    if any(text in body for text in NO_CERTIFICATE_SENT):
        return UnreachableError(
            "the server asks for a client certificate and does not take what it got",
            key=CERTIFICATE,
            remedy=f"name one that it accepts in {CERTIFICATE}, and its key in {KEY}",
        )
    if any(text in body for text in PLAIN_SENT):
        return UnreachableError("the server speaks TLS there", remedy="write https:// in place of http://")
    return None


def _not_trusted(code: int, said: str) -> UnreachableError:
    if code in UNKNOWN_AUTHORITY:
        return UnreachableError(
            f"its certificate is from an authority that is not known ({said})",
            key=CA_FILE,
            remedy=f"name the authority's certificate in {CA_FILE} of target.toml, or in SSL_CERT_FILE",
        )
    if code in OTHER_NAME:
        return UnreachableError(
            f"its certificate is for another host ({said})",
            remedy="write the URL with a host that the certificate names, or renew the certificate",
        )
    if code == EXPIRED:
        return UnreachableError(f"its certificate is out of date ({said})", remedy="renew it on the server")
    if code == NOT_YET_VALID:
        return UnreachableError(
            f"its certificate is not valid yet ({said})", remedy="is the clock of this machine right?"
        )
    return UnreachableError(f"its certificate is not valid ({said})", remedy="give the server another one")


def _refused(alert: str, reason: str, tls: Tls) -> UnreachableError:
    text, without = "", tls.client_certificate is None
    if alert.endswith(OF_THE_CERTIFICATE):
        text = "asks for a client certificate and got none" if without else "refuses the client certificate"
    elif alert.endswith("HANDSHAKE_FAILURE") and without:
        # Before TLS 1.3 there is no alert of its own for a certificate that is missing.
        text = "refuses the handshake of TLS, as one does that asks for a client certificate and got none"
    if not text:
        return UnreachableError(f"the server refuses the handshake of TLS ({reason})")
    which = "one" if without else "one that it accepts"
    return UnreachableError(
        f"the server {text} ({reason})",
        key=CERTIFICATE,
        remedy=f"name {which} in {CERTIFICATE} of target.toml, and its key in {KEY}",
    )


def _load_certificates(context: ssl.SSLContext, key: str, path: Path) -> None:
    _readable(key, path)
    try:
        context.load_verify_locations(path)
    except ssl.SSLError:
        raise UnreachableError(
            f"{path} holds no certificate in PEM", key=key, remedy="give a file with -----BEGIN CERTIFICATE-----"
        ) from None


def _load_key(context: ssl.SSLContext, certificate: Path, path: Path | None) -> None:
    key_file = certificate if path is None else path
    _readable(KEY, key_file)
    try:
        context.load_cert_chain(certificate, path, _no_passphrase)
    except _EncryptedError:
        problem, remedy = "is encrypted with a passphrase", "give it without one (openssl pkey -in FILE -out NEW)"
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            problem, remedy = f"is not the key of {certificate}", "give the key that belongs to this certificate"
        else:
            problem, remedy = "holds no private key in PEM", "give a file with -----BEGIN PRIVATE KEY-----"
    else:
        return
    raise UnreachableError(f"{key_file} {problem}", key=KEY, remedy=remedy)


def _no_passphrase() -> str:
    # Without this OpenSSL asks for one on the terminal, and waits.
    raise _EncryptedError


def _readable(key: str, path: Path) -> None:
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise UnreachableError(
            f"{path} cannot be read ({error.strerror})", key=key, remedy="give the path of a PEM file"
        ) from None
