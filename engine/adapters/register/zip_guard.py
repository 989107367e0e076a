"""What is refused of a workbook before anything in it is parsed: other kinds of file, and what would not fit."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from xml.parsers import expat

from engine.adapters.register.sheets import MOST_BYTES

MOST_PARTS = 1_000
MOST_UNPACKED = 30_000_000  # bytes of all parts together
MOST_BESIDE = 8_000_000  # bytes of one part beside the sheets, such as texts and styles; these are kept in memory
MOST_SWOLLEN = 200  # unpacked against packed, of a part that matters
SMALL = 1_000_000  # bytes; below this a part may be packed as well as it can be

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "Open het bestand in Excel en kies: Opslaan als, Excel-werkmap (.xlsx)."
# ECMA-376 part 2, annex B.
_PACKED_AS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SHEETS = ("xl/worksheets/", "xl/media/")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref\s*=\s*[\"']([A-Za-z0-9:$]{1,30})[\"']")
_CHUNK = 1 << 20
_OVERLAP = 200


class Unreadable(Exception):
    """A file that is refused: what was found, and the remedy, both in Dutch."""

    def __init__(self, message: str, hint: str = _SAVE_AS) -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class SheetSize:
    """What a sheet's part shows without parsing it: how many rows it has, and which ranges are merged."""

    rows: int
    merged: tuple[str, ...]


def sound_workbook(data: bytes) -> zipfile.ZipFile:
    """The parts of an .xlsx file whose sizes are bounded and whose XML declares nothing; raises Unreadable.

    ECMA-376 part 2: a workbook has no document type declaration, so that one can only mean harm.
    """
    if len(data) > MOST_BYTES:
        hint = f"Een werkmap is hooguit {MOST_BYTES // 1_000_000} MB. Haal afbeeldingen en oude bladen weg."
        raise Unreadable("dit bestand is te groot", hint)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            hint = "Haal in Excel het wachtwoord eraf (Bestand, Info, Werkmap beveiligen) en bewaar het opnieuw."
            raise Unreadable("dit bestand is met een wachtwoord beveiligd", hint)
        raise Unreadable("dit is een werkmap van een oude Excel (.xls)")
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise Unreadable("dit is geen Excel-werkmap (.xlsx), of het bestand is beschadigd") from error
    _check_parts(package)
    try:
        for part in package.infolist():
            if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                _check_declares_nothing(package, part)
    except _READ_ERRORS as error:
        raise Unreadable("het bestand is beschadigd") from error
    return package


def sheet_size(package: zipfile.ZipFile, part: str) -> SheetSize:
    """Counts rows and lists merged ranges in one pass over the bytes; raises Unreadable."""
    rows, merged, kept = 0, [], b""
    try:
        with package.open(part.lstrip("/")) as stream:
            while chunk := stream.read(_CHUNK):
                block = kept + chunk
                # What may go on in the next chunk is looked at there; a tag begins at its last "<".
                cut = block.rfind(b"<", max(0, len(block) - _OVERLAP))
                whole, kept = (block[:cut], block[cut:]) if cut >= 0 else (block, b"")
                rows += sum(1 for _ in _ROW.finditer(whole))
                merged += [found.decode("ascii") for found in _MERGED.findall(whole)]
    except _READ_ERRORS as error:
        raise Unreadable("het bestand is beschadigd") from error
    rows += sum(1 for _ in _ROW.finditer(kept))
    merged += [found.decode("ascii") for found in _MERGED.findall(kept)]
    return SheetSize(rows, tuple(merged))


_READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    RuntimeError,
    NotImplementedError,
    OSError,
    EOFError,
    ValueError,
)


def _check_parts(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    names = {part.filename for part in parts}
    if "mimetype" in names and "content.xml" in names:
        raise Unreadable("dit is een bestand van LibreOffice (.ods)", "Kies: Opslaan als, Excel 2007-365 (.xlsx).")
    if "xl/workbook.bin" in names:
        raise Unreadable("dit is een binaire Excel-werkmap (.xlsb)")
    if "[Content_Types].xml" not in names:
        raise Unreadable("dit is geen Excel-werkmap (.xlsx)")
    if len(parts) > MOST_PARTS or len(names) < len(parts):
        raise Unreadable("dit bestand zit vreemd in elkaar: er zitten te veel delen in")
    if any(part.compress_type not in _PACKED_AS for part in parts):
        raise Unreadable("dit bestand zit vreemd in elkaar: het is anders ingepakt dan een werkmap")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("dit bestand is met een wachtwoord beveiligd", "Haal het wachtwoord eraf.")
    swollen = any(
        part.file_size > SMALL and part.file_size > MOST_SWOLLEN * max(1, part.compress_size) for part in parts
    )
    beside = max((part.file_size for part in parts if not part.filename.startswith(_SHEETS)), default=0)
    if swollen or beside > MOST_BESIDE or sum(part.file_size for part in parts) > MOST_UNPACKED:
        hint = "Zet alleen het register in dit bestand: kopieer de rijen naar een lege werkmap en bewaar die."
        raise Unreadable("dit bestand is uitgepakt veel te groot", hint)


def _check_declares_nothing(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuses a document type, in whatever encoding; it can only stand before the first element."""
    seen: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: seen.append("doctype")
    parser.StartElementHandler = lambda *_: seen.append("element")
    try:
        with package.open(part) as stream:
            while not seen and (chunk := stream.read(4096)):
                parser.Parse(chunk)
    except expat.ExpatError as error:
        if not seen:
            raise Unreadable(f"het bestand is beschadigd: {part.filename} is niet te lezen") from error
    if "doctype" in seen:
        raise Unreadable("in dit bestand staat een verwijzing die niet in een werkmap hoort (DOCTYPE)")
