"""Which release of the portal made a page that is kept."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage


@cache
def release() -> str:
    """Names the templates and static files of this release.

    A page kept from an earlier release would ask for style sheets that no longer exist.
    """
    digest = hashlib.sha256(getattr(staticfiles_storage, "manifest_hash", "").encode())
    folders: list[Path] = settings.TEMPLATES[0]["DIRS"]  # type: ignore[assignment]
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.html")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
