"""The channels there are, by their names: all that the outbox knows of them."""

from django.conf import settings

from accounts.models import Sending
from symptoms.messages.channels.apprise import Apprise
from symptoms.messages.channels.email import Email
from symptoms.messages.channels.interface import Channel
from symptoms.messages.channels.push import Push
from symptoms.models import Delivery

EMAIL: Channel = Email()
BY_APPRISE = [Apprise(kind) for kind, url in settings.APPRISE_URLS.items() if url]
CHANNELS: dict[str, Channel] = {channel.name: channel for channel in (EMAIL, Push(), *BY_APPRISE)}


def channel_of(sending: Sending) -> Channel:
    """The channel by which `sending` goes; mail about signing in goes by e-mail.

    Raises:
        KeyError: a channel that is not installed.
    """
    return CHANNELS[sending.channel] if isinstance(sending, Delivery) else EMAIL
