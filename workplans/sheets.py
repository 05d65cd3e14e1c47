"""Tables as files: CSV and XLSX to rows of text, and back. No database, no clock, no meaning.

A cell is text. What a spreadsheet would take for a formula is written so that it stays text, and
read back as it was; formulas, macros and links of a file that comes in are never followed.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

MAX_BYTES = 5_000_000
MAX_ROWS = 2_000
MAX_COLUMNS = 100
# What a workbook of that size may hold when it is unpacked.
MAX_UNPACKED = 40_000_000
MAX_MEMBERS = 1_000
LAST_ROW_OF_A_SHEET = 1_048_576
# Excel holds no longer text in a cell.
MAX_CELL = 32_767

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# A cell that no text can be had from – a formula, or an error – is None.
Cell = str | None
# With its number in the file, the headings being row 1 as a rule.
Row = tuple[int, list[Cell]]

csv.field_size_limit(MAX_BYTES)


class Unreadable(ValueError):
    """A file that is no table; its text is a sentence for whoever chose it."""


@dataclass(frozen=True)
class Sheet:
    """The rows of a file that say something, and what is to be known about how it was read."""

    rows: list[Row]
    notes: list[str] = field(default_factory=list)


def read(data: bytes) -> Sheet:
    """The rows of a CSV or XLSX file, told apart by what is in it. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable(_("The file is larger than 5 MB."))
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable(_("The file is empty."))
    if data.startswith(b"PK\x03\x04"):
        return _read_workbook(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _("This is an old Excel file, or one with a password. Save it as XLSX or CSV.")
        )
    return _read_text(data)


# Formulas


_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


def guarded(text: str) -> str:
    """A text as a CSV cell that no spreadsheet runs: an apostrophe goes before a formula's sign."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """What was written as that cell."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


# CSV


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """RFC 4180 in UTF-8, with the mark by which Excel knows UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([guarded(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _read_text(data: bytes) -> Sheet:
    text, notes = _decoded(data)
    if text.lower().startswith("sep=") and len(text) > 4:
        delimiter = text[4]
        text = text.partition("\n")[2]
    else:
        delimiter = _delimiter(text)
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
                raise _too_wide()
            _take(rows, number, [unguarded(cell) for cell in cells[:MAX_COLUMNS]])
    except csv.Error as error:
        raise Unreadable(
            _("Line %(line)d: the quotation marks of the file do not match.")
            % {"line": reader.line_num}
        ) from error
    return Sheet(rows, notes)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(encoding), []
            except UnicodeDecodeError as error:
                raise _not_text() from error
    if b"\0" in data:
        # In UTF-16 one byte of every letter of the headings is nothing.
        if data[:200].count(0) < len(data[:200]) // 3:
            raise _not_text()
        encoding = "utf-16-be" if data[0] == 0 else "utf-16-le"
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            raise _not_text() from error
        if "\0" in text:
            raise _not_text()
        return text, [_("The file was read as UTF-16.")]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _not_text() from error
    if any(unicodedata.category(c) == "Cc" and c not in "\t\r\n" for c in text[:2_000]):
        raise _not_text()
    return text, [
        _(
            "The file is not in UTF-8 and was read as Western European (Windows-1252). If letters "
            "look wrong below, save it again as “CSV UTF-8”."
        )
    ]


def _delimiter(text: str) -> str:
    """The sign that parts the headings: the one most frequent outside quotation marks."""
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n"))
    first = re.split(r"\r|\n", first, maxsplit=1)[0]
    return max((",", ";", "\t"), key=first.count)


# XLSX


@dataclass(frozen=True)
class Form:
    """How a column of a workbook is laid out. choices: the values a list offers in its cells."""

    name: str
    about: str
    width: int = 20
    choices: tuple[tuple[str, str], ...] = ()
    strict: bool = True


def write_xlsx(
    columns: Sequence[Form],
    rows: Iterable[Mapping[str, str]],
    *,
    sheet: str,
    about: str,
    notes: Sequence[str],
) -> bytes:
    """A workbook whose first sheet is the table, every cell of it text, and whose second explains.

    sheet, about: what the two are called. The rows are by the names of the columns.
    """
    book = Workbook()
    table: Any = book.active
    table.title = sheet
    table.freeze_panes = "C2"
    for number, column in enumerate(columns, 1):
        _put(table, 1, number, column.name).font = Font(bold=True)
        # The rows that are still to be filled hold text too: a month stays the month it is.
        layout = table.column_dimensions[get_column_letter(number)]
        layout.width, layout.number_format = column.width, "@"
    for place, row in enumerate(rows, 2):
        for number, column in enumerate(columns, 1):
            _put(table, place, number, row[column.name])
    table.auto_filter.ref = f"A1:{get_column_letter(len(columns))}1"
    _explain(book, table, columns, about, notes)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put(sheet: Any, row: int, column: int, text: str) -> Any:
    cell = sheet.cell(row=row, column=column)
    cell.value = escaped(text)
    # openpyxl takes “=…” for a formula and “#N/A” for an error.
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = bool(_FORMULA.match(text))
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _explain(
    book: Any, table: Any, columns: Sequence[Form], about: str, notes: Sequence[str]
) -> None:
    sheet = book.create_sheet(about)
    for number, (heading, width) in enumerate(((_("Column"), 20), (_("What it holds"), 80)), 1):
        _put(sheet, 1, number, heading).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = width
    for place, column in enumerate(columns, 2):
        _put(sheet, place, 1, column.name)
        _put(sheet, place, 2, column.about)
    for place, note in enumerate(notes, len(columns) + 3):
        _put(sheet, place, 2, note)
    at = 4
    for number, column in enumerate(columns, 1):
        if not column.choices:
            continue
        _put(sheet, 1, at, column.name).font = Font(bold=True)
        worded = any(words != value for value, words in column.choices)
        for place, (value, words) in enumerate(column.choices, 2):
            _put(sheet, place, at, value)
            if worded:
                _put(sheet, place, at + 1, words)
        letter, own = get_column_letter(at), get_column_letter(number)
        sheet.column_dimensions[letter].width = 12 if worded else 26
        # A title of ours holds no apostrophe.
        rule = DataValidation(
            type="list",
            formula1=f"'{about}'!${letter}$2:${letter}${len(column.choices) + 1}",
            allow_blank=True,
            showErrorMessage=True,
            errorStyle="stop" if column.strict else "information",
            errorTitle=column.name,
            error=_("This is not among the values on the sheet “%(sheet)s”.") % {"sheet": about},
        )
        rule.add(f"{own}2:{own}{MAX_ROWS + 1}")
        table.add_data_validation(rule)
        at += 2 + worded
    sheet.freeze_panes = "A2"


# XML has no word for most control characters; workbooks write them as _x0007_, and what looks so
# by itself as _x005F_x0007_.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_WRITTEN = re.compile(r"_x([0-9A-Fa-f]{4})_")


def escaped(text: str) -> str:
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _unescaped(text: str) -> str:
    """Half a letter, which such a code may stand for, is no text anywhere."""
    found = _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _read_workbook(data: bytes) -> Sheet:
    _look_inside(data)
    notes: list[str] = []
    rows: list[Row] = []
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parsers stumble over
        raise _not_a_workbook() from error
    try:
        tables = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not tables:
            raise Unreadable(_("The workbook has no sheet to read."))
        # The table as it went out has a second one that explains it.
        if len(tables) > 2:
            notes.append(
                _("Read from the sheet “%(sheet)s”, the first one.") % {"sheet": tables[0].title}
            )
        for number, cells in enumerate(_cells(tables[0]), 1):
            _take(rows, number, cells)
    except Unreadable:
        raise
    except Exception as error:
        raise _not_a_workbook() from error
    finally:
        book.close()
    return Sheet(rows, notes)


def _look_inside(data: bytes) -> None:
    """Refuse what would unpack to more than a table can be, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if "mimetype" in names and "content.xml" in names:
                raise Unreadable(_("This is an OpenDocument spreadsheet. Save it as XLSX or CSV."))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        if isinstance(error, Unreadable):
            raise
        raise _not_a_workbook() from error
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        raise _not_a_workbook()
    if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
        raise Unreadable(
            _("The workbook holds far more than a table of activities; nothing was read from it.")
        )


def _cells(sheet: Any) -> Iterator[list[Cell]]:
    # What a file says about its own size may be wrong.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(max_row=LAST_ROW_OF_A_SHEET):
        if len(row) > MAX_COLUMNS and any(cell.value is not None for cell in row[MAX_COLUMNS:]):
            raise _too_wide()
        yield [_text(cell) for cell in row[:MAX_COLUMNS]]


def _text(cell: Any) -> Cell:
    """What a cell says, as a person would have typed it."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        return None
    if isinstance(value, str):
        return _unescaped(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


# Both


def _take(rows: list[Row], number: int, cells: list[Cell]) -> None:
    if not any(cell is None or cell.strip() for cell in cells):
        return
    if len(rows) > MAX_ROWS:
        raise Unreadable(
            _("The table has more than %(most)d rows. Divide it into several.") % {"most": MAX_ROWS}
        )
    rows.append((number, cells))


def _too_wide() -> Unreadable:
    return Unreadable(_("The table has more than %(most)d columns.") % {"most": MAX_COLUMNS})


def _not_text() -> Unreadable:
    return Unreadable(_("This is no table: it is neither CSV nor XLSX."))


def _not_a_workbook() -> Unreadable:
    return Unreadable(_("The file could not be read as an XLSX workbook. Save it once more."))
