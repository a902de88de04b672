"""Photos that lie in a bucket are in a backup, and can be put back into one; a bucket that is away is no empty one."""

import pytest
from django.utils import timezone

from symptoms.models import Photo
from symptoms.photos import bucket, files
from tests.backups.test_restore import collected, elsewhere, put_back  # noqa: F401  # a fixture among them
from tests.many import buckets
from tests.treatments import attached
from tracker.backups.faults import Refused
from tracker.backups.making import make_backup


def test_photos_in_a_bucket_are_kept_and_put_back_into_a_bucket(site, session, settings, tmp_path, collected):  # noqa: F811
    with buckets.a_bucket() as between:
        settings.STORAGES = settings.STORAGES | buckets.stores(between.address)
        for day in (3, 4):
            attached(session, day=day)
        Photo.objects.filter(day__in=(1, 2)).delete()  # those of the folder that was used before
        names = set(Photo.objects.values_list("key", flat=True))
        between.mood = "503"
        with pytest.raises(Refused, match="the store of photos cannot be read"):
            make_backup(timezone.now())
        assert not list(site.backups.glob("*.backup"))
        between.mood = "well"
        bucket.breaker = bucket.Breaker()
        made = make_backup(timezone.now())
        assert set(made.manifest.photos) == names and not made.manifest.missing
        for name in names:
            files.remove(name)
        with elsewhere(settings, site, tmp_path):
            settings.STORAGES = settings.STORAGES | buckets.stores(between.address)
            between.mood = "says yes"
            with pytest.raises(Refused, match=r"it took.*Empty the bucket and"):
                put_back(made.path)
            between.mood = "well"
            bucket.breaker = bucket.Breaker()
            assert not put_back(made.path).missing
            assert set(files.names_in(files.store_of_photos())) == names
            assert all(files.read(photo) for photo in Photo.objects.all())
            with pytest.raises(Refused, match="is not empty"):
                put_back(made.path)
