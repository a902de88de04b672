"""Ids in addresses, in capitals or not: `uuidgen` and iOS write capitals, RFC 9562 asks readers to take both."""

from django.urls.converters import UUIDConverter


class IdConverter(UUIDConverter):
    """An id in an address, used as `<id:name>`; gives a UUID. What we write is in small letters."""

    regex = UUIDConverter.regex.replace("a-f", "a-fA-F")
