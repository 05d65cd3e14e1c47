"""The press: an order laid out as HTML, printed as PDF/A-3a and PDF/UA-1, and looked at again."""

from __future__ import annotations

import gc
import logging
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from workplans.typesetting import directions, fonts, layout, qr
from workplans.typesetting.faults import TypesettingError

VARIANT = "pdf/a-3a"
STYLES = Path(__file__).parent / "document.css"
# WeasyPrint writes the mark of PDF/A alone; a file may be PDF/UA at the same time if its metadata
# say so in the same description, with the schema that PDF/A demands for a foreign term.
PDF_UA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" \
pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>PDF/UA part</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


# Margin boxes take nothing from the document's elements, so their direction is stated here.
MIRRORED = """
@page {
  @top-left { content: string(head); width: 66%; direction: rtl }
  @top-right { content: string(symbol); width: 34% }
  @bottom-left {
    content: string(page-word) " " counter(page) " " string(of-word) " " counter(pages);
    width: 35%;
    direction: rtl;
    font-weight: normal;
    color: #465362;
  }
  @bottom-right {
    content: string(example);
    width: 40%;
    direction: rtl;
    font-weight: bold;
    color: #8a2f1f;
  }
}
@page cover {
  @top-left { content: none }
  @top-right { content: none }
  @bottom-left { content: none; padding-left: 0 }
  @bottom-right { content: string(example); padding-right: 25mm; width: 65% }
}
"""


@dataclass(frozen=True)
class Typeset:
    """The bytes of a document and the number of its pages."""

    pdf: bytes
    pages: int


def typeset(order: dict[str, Any], *, progress: Callable[[str], None] | None = None) -> Typeset:
    """Typeset an order. The same order gives the same bytes.

    `progress` hears each step as it begins: collecting, laying_out, writing, checking.
    Raises TypesettingError with a sentence when the document cannot be made as it should be.
    """
    tell = progress or _nobody
    with _in_language_of(order), _without_collector():
        tell("collecting")
        layout.check(order)
        fonts.require_families()
        page = layout.compose(order)
        html = render_to_string(layout.KINDS[order["kind"]].template, page)
        layout.check_glyphs(html, page)
        return _print(order, page, html, tell)


def _nobody(step: str) -> None:
    pass


@contextmanager
def _in_language_of(order: dict[str, Any]) -> Iterator[None]:
    # A language the portal has no words in gets English ones throughout, dates and all.
    wanted = str(order.get("language") or "")
    known = dict(settings.LANGUAGES)
    code = next((c for c in known if c == wanted or c.split("-")[0] == wanted), "en")
    with translation.override(code):
        yield


@contextmanager
def _without_collector() -> Iterator[None]:
    """Layout makes millions of objects that live to its end; looking through them costs a third."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
        gc.collect()


def _print(
    order: dict[str, Any], page: dict[str, Any], html: str, tell: Callable[[str], None]
) -> Typeset:
    # Only the worker and the command load the printing libraries: the web starts without them.
    try:
        from weasyprint import CSS, HTML
    except OSError as error:
        raise TypesettingError(
            _(
                "The libraries for typesetting are not installed here; install the Debian packages "
                "libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0."
            )
        ) from error
    from workplans.typesetting import assets, attachments

    drawings = {}
    styles = fonts.styles() + STYLES.read_text(encoding="utf-8")
    if page["direction"] == "rtl":
        styles += MIRRORED
    if page.get("timeline"):
        drawings["grid"] = page["timeline"]["grid"]
    if page["verify"]:
        drawings["qr"] = qr.drawing(page["verify"])
    fetcher = assets.OwnAssets(drawings)
    failures = _Failures()

    tell("laying_out")
    files = attachments.attach(order, fetcher)
    parsed = HTML(string=html, url_fetcher=fetcher, base_url="asset:")
    directions.resolve(parsed.etree_element, page["direction"])
    with failures:
        document = parsed.render(
            stylesheets=[CSS(string=styles, url_fetcher=fetcher, base_url="asset:")],
            pdf_variant=VARIANT,
            attachments=files,
        )
    if fetcher.refused:
        raise TypesettingError(
            _("The document asked for “%(address)s”, which is not part of it; nothing was fetched.")
            % {"address": fetcher.refused[0]}
        )

    tell("writing")
    written = document.metadata.generate_rdf_metadata
    document.metadata.generate_rdf_metadata = lambda *facts: written(*facts).replace(
        b"</rdf:RDF>", PDF_UA + b"</rdf:RDF>"
    )
    with failures, _page_references_kept():
        pdf = document.write_pdf(pdf_variant=VARIANT, attachments=files)

    tell("checking")
    if failures.first:
        raise TypesettingError(
            _("A part of the document could not be drawn (%(reason)s); nothing was issued.")
            % {"reason": failures.first}
        )
    _check(pdf, [file.data for file in attachments.files(order)])
    return Typeset(pdf, len(document.pages))


@contextmanager
def _page_references_kept() -> Iterator[None]:
    """Keep a PDF's list of pages while the tags are written.

    pydyf makes the list anew for each tag, so that writing takes the square of the pages.
    """
    from pydyf import PDF

    made = PDF.page_references
    kept: list[tuple[bytes, ...]] = []

    def page_references(pdf: PDF) -> tuple[bytes, ...]:
        if not kept or len(kept[0]) != pdf.pages["Count"]:
            kept[:] = [made.fget(pdf)]
        return kept[0]

    PDF.page_references = property(page_references)
    try:
        yield
    finally:
        PDF.page_references = made


class _Failures(logging.Handler):
    """WeasyPrint leaves out what it cannot draw and says so in its log; here that is a failure."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.first = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.first = self.first or record.getMessage()

    def __enter__(self) -> None:
        logging.getLogger("weasyprint").addHandler(self)

    def __exit__(self, *_exception: object) -> None:
        logging.getLogger("weasyprint").removeHandler(self)


def _check(pdf: bytes, files: list[bytes]) -> None:
    """Look at the printed sheet again: it is whole to its end, and carries its files’ own bytes."""
    end = re.search(rb"startxref\n(\d+)\n%%EOF\s*$", pdf[-64:])
    whole = bool(end) and re.match(rb"\d+ 0 obj", pdf[int(end[1]) :][:16]) if end else False
    if not whole or _embedded(pdf) != sorted(files):
        raise TypesettingError(
            _("The printed document could not be read back as it was written; nothing was issued.")
        )


def _embedded(pdf: bytes) -> list[bytes]:
    """The files inside a PDF that WeasyPrint wrote: each a compressed stream of its own."""
    found = []
    for place in re.finditer(rb"/Type /EmbeddedFile\b", pdf):
        begin = pdf.index(b"stream\n", place.end()) + len(b"stream\n")
        try:
            found.append(zlib.decompressobj().decompress(pdf[begin:]))
        except zlib.error:
            return []
    return sorted(found)
