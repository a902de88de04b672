"""What the environment says, read once, typed, and refused loudly when it is wrong or unsafe."""

import ipaddress
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, EnvError, validate

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO_SECRET = "demo-only-secret-key-that-production-refuses-to-start-with"  # noqa: S105

# Chrome and Edge on Android, Firefox, Safari, Edge on Windows.
PUSH_OF_BROWSERS = [
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
]

env = Env(prefix="MENDLINE_", eager=False)

# Each line below is documented in docs/running.md; a test compares the two.
DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default=DEMO_SECRET if DEBUG else "")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
SITE_URL: str = env.str("SITE_URL", default="http://127.0.0.1:8000" if DEBUG else "")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEBUG else [])
DATA_DIR: Path = env.path("DATA_DIR", default=BASE_DIR / "var")
DATABASE_URL: str = env.str("DATABASE_URL", default="")
REDIS_URL: str = env.str("REDIS_URL", default="")
KEYS_DIR: Path = env.path("KEYS_DIR", default=Path(f"{DATA_DIR.absolute()}-keys"))
_MASTER_KEY_FILE: str = env.str("MASTER_KEY_FILE", default=str(BASE_DIR / ".master-key") if DEBUG else "")
MASTER_KEY_COMMAND: str = env.str("MASTER_KEY_COMMAND", default="")
BACKUP_DIR: Path | None = env.path("BACKUP_DIR", default=None)
BACKUP_DAYS: int = env.int("BACKUP_DAYS", default=7, validate=validate.Range(1, 35))
BACKUP_WEEKS: int = env.int("BACKUP_WEEKS", default=4, validate=validate.Range(0, 5))
BACKUP_WITHIN: int = env.int("BACKUP_WITHIN", default=0 if DEBUG else 26, validate=validate.Range(0, 24 * 35))
DRILL_WITHIN: int = env.int("DRILL_WITHIN", default=0 if DEBUG else 35, validate=validate.Range(0, 366))
BACKUP_KEY_FILE: Path | None = env.path("BACKUP_KEY_FILE", default=None)
BACKUP_KEY_COMMAND: str = env.str("BACKUP_KEY_COMMAND", default="")
KEYS_BACKUP_DIR: Path | None = env.path("KEYS_BACKUP_DIR", default=None)
KEYS_BACKUP_DAYS: int = env.int("KEYS_BACKUP_DAYS", default=7, validate=validate.Range(1, 35))
S3_BUCKET: str = env.str("S3_BUCKET", default="")
S3_ENDPOINT: str = env.str("S3_ENDPOINT", default="")
S3_REGION: str = env.str("S3_REGION", default="")
TIME_ZONE: str = env.str("TIME_ZONE", default="UTC")
MAIL_FROM: str = env.str("MAIL_FROM", default="Mendline <mendline@localhost>")
SMTP_HOST: str = env.str("SMTP_HOST", default="")
SMTP_PORT: int = env.int("SMTP_PORT", default=25, validate=validate.Range(1, 65535))
SMTP_USER: str = env.str("SMTP_USER", default="")
SMTP_PASSWORD: str = env.str("SMTP_PASSWORD", default="")
SMTP_SECURITY: str = env.str("SMTP_SECURITY", default="none", validate=validate.OneOf(["none", "starttls", "tls"]))
TRUST_PROXY: bool = env.bool("TRUST_PROXY", default=False)
HSTS_PRELOAD: bool = env.bool("HSTS_PRELOAD", default=False)
HELP_NUMBERS: Path | None = env.path("HELP_NUMBERS", default=None)
COUNTRY: str = env.str("COUNTRY", default="", validate=validate.Regexp(r"^([A-Z]{2})?$"))
HEIC: bool = env.bool("HEIC", default=False)
PUSH_SERVICES: list[str] = env.list("PUSH_SERVICES", default=PUSH_OF_BROWSERS)
SMS_URL: str = env.str("SMS_URL", default="")
PHONE_URL: str = env.str("PHONE_URL", default="")
SECOND_FACTOR: bool = env.bool("SECOND_FACTOR", default=not DEBUG)
SECOND_FACTOR_DAYS: int = env.int("SECOND_FACTOR_DAYS", default=14, validate=validate.Range(0, 90))
SECOND_FACTOR_SINCE: date | None = env.date("SECOND_FACTOR_SINCE", default=None)
OPERATOR_CONTACT: str = env.str("OPERATOR_CONTACT", default="")
DEADMAN_URL: str = env.str("DEADMAN_URL", default="")
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
SECURITY_CONTACT: str = env.str("SECURITY_CONTACT", default="")
SECURITY_EXPIRES: date | None = env.date("SECURITY_EXPIRES", default=None)
API_RATE: str = env.str("API_RATE", default="240/min", validate=validate.Regexp(r"^\d+/(sec|min|hour|day)$"))

env.seal()
MASTER_KEY_FILE = Path(_MASTER_KEY_FILE) if _MASTER_KEY_FILE else None


class UnsafeSettings(EnvError):
    """Production was asked for with settings that would put patients' data at risk."""


def refuse_unsafe() -> None:
    """Refuse to start with settings that cannot work, and outside DEBUG with those that are missing or unsafe.

    Raises:
        UnsafeSettings: with every reason at once, so that an operator corrects them in one go.
    """
    faults = []
    if HEIC and find_spec("pi_heif") is None:
        faults.append("MENDLINE_HEIC needs what reads HEIC: install Mendline with the extra [heic]")
    named = [name for name, url in (("SMS_URL", SMS_URL), ("PHONE_URL", PHONE_URL)) if url]
    if named and find_spec("apprise") is None:
        faults.append(f"MENDLINE_{named[0]} needs what sends it: install Mendline with the extra [apprise]")
    if any("{number}" not in url for url in (SMS_URL, PHONE_URL) if url):
        faults.append("MENDLINE_SMS_URL and MENDLINE_PHONE_URL must say {number} where the number goes")
    if DEADMAN_URL and not _is_plain_https(DEADMAN_URL):
        faults.append("MENDLINE_DEADMAN_URL must be an https:// address, without a user name and at the usual port")
    if METRICS_TOKEN and find_spec("prometheus_client") is None:
        faults.append("MENDLINE_METRICS_TOKEN needs what writes figures: install Mendline with the extra [metrics]")
    if METRICS_TOKEN and not (len(METRICS_TOKEN) >= 32 and METRICS_TOKEN.isascii() and METRICS_TOKEN.isprintable()):
        faults.append("MENDLINE_METRICS_TOKEN must be a secret of your own, 32 characters or more")
    if SECURITY_CONTACT and not (SECURITY_CONTACT.startswith(("mailto:", "https://", "tel:")) and SECURITY_EXPIRES):
        faults.append(
            "MENDLINE_SECURITY_CONTACT is a mailto:, https:// or tel: address, with MENDLINE_SECURITY_EXPIRES"
        )
    if REDIS_URL and not all(map(find_spec, ("celery", "redis"))):
        faults.append("MENDLINE_REDIS_URL needs Celery: install Mendline with the extra [celery]")
    if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://")):
        faults.append("MENDLINE_REDIS_URL must read redis://user:password@host:6379/0, or rediss:// for TLS")
    faults += _wrong_bucket()
    if not DEBUG:
        faults += _unsafe()
    if faults:
        raise UnsafeSettings("; ".join(faults))


def _wrong_bucket() -> list[str]:
    faults = []
    if S3_BUCKET and not all(map(find_spec, ("storages", "boto3"))):
        faults.append("MENDLINE_S3_BUCKET needs what speaks to it: install Mendline with the extra [s3]")
    if S3_ENDPOINT and not S3_ENDPOINT.startswith("https://") and not is_here(urlsplit(S3_ENDPOINT).hostname or ""):
        faults.append("MENDLINE_S3_ENDPOINT must be an https:// address")
    return faults


def is_here(host: str) -> bool:
    """Whether a name or number is this machine's own, which nobody else reaches or listens to."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_plain_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port or 443
    except ValueError:
        return False
    is_printable = address.isascii() and address.isprintable() and " " not in address
    return is_printable and parts.scheme == "https" and bool(parts.hostname) and port == 443 and parts.username is None


def _unsafe() -> list[str]:
    faults = []
    if len(SECRET_KEY) < 50 or SECRET_KEY == DEMO_SECRET:
        faults.append("MENDLINE_SECRET_KEY must be a secret of your own, 50 characters or more")
    if any(len(key) < 50 or key == DEMO_SECRET for key in SECRET_KEY_FALLBACKS):
        faults.append("MENDLINE_SECRET_KEY_FALLBACKS must be secrets that were your own, 50 characters or more each")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        faults.append("MENDLINE_ALLOWED_HOSTS must name the hosts you serve, without '*'")
    if not SITE_URL.startswith("https://"):
        faults.append("MENDLINE_SITE_URL must be the https:// address that patients open")
    faults += _unsafe_keys()
    if not SMTP_HOST:
        faults.append("MENDLINE_SMTP_HOST must name a mail server: without one nobody is told")
    elif SMTP_SECURITY == "none" and not is_here(SMTP_HOST):
        what = "the password and letters" if SMTP_PASSWORD else "letters"
        faults.append(
            f"MENDLINE_SMTP_SECURITY must be starttls or tls: {what} with links that let somebody in would go to "
            f"{SMTP_HOST} in clear"
        )
    return faults


def _unsafe_keys() -> list[str]:
    """A copy of the data folder must not hold what opens it."""
    faults = []
    if bool(MASTER_KEY_COMMAND) == bool(MASTER_KEY_FILE):
        faults.append(
            "MENDLINE_MASTER_KEY_FILE must name the file of the master key, which make_master_key makes, or "
            "MENDLINE_MASTER_KEY_COMMAND a command that prints it; one of the two"
        )
    for name, path in (("MASTER_KEY_FILE", MASTER_KEY_FILE), ("KEYS_DIR", KEYS_DIR)):
        if path is not None and path.resolve().is_relative_to(DATA_DIR.resolve()):
            faults.append(f"MENDLINE_{name} must not lie in the data folder: a copy of that would open itself")
    if MASTER_KEY_FILE is not None and MASTER_KEY_FILE.resolve().is_relative_to(KEYS_DIR.resolve()):
        faults.append("MENDLINE_MASTER_KEY_FILE must not lie in MENDLINE_KEYS_DIR: a copy of that would open itself")
    return faults + _unsafe_backups()


def _unsafe_backups() -> list[str]:
    """A backup must outlive the disk that it is of, and hold neither what opens it nor the keys of patients."""
    faults = []
    places = {"BACKUP_DIR": BACKUP_DIR, "KEYS_BACKUP_DIR": KEYS_BACKUP_DIR}
    named = {name: path.resolve() for name, path in places.items() if path is not None}
    for name, path in named.items():
        if path.is_relative_to(DATA_DIR.resolve()) or path.is_relative_to(KEYS_DIR.resolve()):
            faults.append(f"MENDLINE_{name} must not lie in the data folder or that of the keys: it is lost with them")
        if BACKUP_KEY_FILE is not None and BACKUP_KEY_FILE.resolve().is_relative_to(path):
            faults.append(f"MENDLINE_BACKUP_KEY_FILE must not lie in MENDLINE_{name}: a copy of that would open itself")
    if BACKUP_DIR and KEYS_BACKUP_DIR and _overlap(BACKUP_DIR.resolve(), KEYS_BACKUP_DIR.resolve()):
        faults.append("MENDLINE_KEYS_BACKUP_DIR must be apart from MENDLINE_BACKUP_DIR: together they show everything")
    if BACKUP_KEY_FILE and MASTER_KEY_FILE and BACKUP_KEY_FILE.resolve() == MASTER_KEY_FILE.resolve():
        faults.append("MENDLINE_BACKUP_KEY_FILE must be another file than MENDLINE_MASTER_KEY_FILE")
    return faults


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
