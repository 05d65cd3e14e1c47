"""What a document may fetch: its own drawings by name, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from weasyprint.urls import URLFetcher, URLFetcherResponse


class OwnAssets(URLFetcher):
    """Answers `asset:` names of this document; notes and refuses every other address."""

    def __init__(self, assets: Mapping[str, str]) -> None:
        super().__init__(timeout=1, allowed_protocols={"asset"}, allow_redirects=False)
        self.assets = dict(assets)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        scheme, _colon, name = url.partition(":")
        if scheme == "asset" and name in self.assets:
            return URLFetcherResponse(
                url, self.assets[name].encode(), {"Content-Type": "image/svg+xml"}
            )
        self.refused.append(url)
        raise ValueError("a document fetches nothing but its own drawings")
