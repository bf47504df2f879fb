"""Why a file was not read: one class for each cause, told before any row is looked at."""

from creditdesk.errors import Malformed


class FileMissing(Malformed):
    """There is no such file."""

    code = "file-missing"


class FileEmpty(Malformed):
    """The file holds nothing."""

    code = "file-empty"


class FileTooLarge(Malformed):
    """The file is larger than the desk takes; `megabytes`, `most`."""

    code = "file-too-large"


class FileUnreadable(Malformed):
    """The file is no table, for a `why`; `row` where that is known.

    not-utf-8, utf-16, nul, quotes; truncated, damaged, not-a-workbook; no-permission; or the kind
    of file it is: pdf, html, rtf, gzip, rar, 7z, image.
    """

    code = "file-unreadable"


class FileEncrypted(Malformed):
    """The workbook is locked with a password."""

    code = "file-encrypted"


class OldWorkbook(Malformed):
    """The workbook is in the format of Excel 97-2003 (.xls)."""

    code = "old-workbook"


class FileBomb(Malformed):
    """A workbook that unpacks to far more than it weighs; `unpacked`, `most` [MB] or `parts`."""

    code = "file-bomb"


class HeaderMissing(Malformed):
    """No row names the columns needed; `missing`; of the nearest `row` what is `found`."""

    code = "header-missing"


class HeaderRepeated(Malformed):
    """The header names a column twice; `title`, `row`."""

    code = "header-repeated"


class FieldTooLong(Malformed):
    """A field is longer than any text of a loan book; `row`, `most` [characters]."""

    code = "field-too-long"


class TooManyRows(Malformed):
    """The file holds more rows than the desk takes at once; `most`."""

    code = "too-many-rows"


class TooManyColumns(Malformed):
    """The file holds more columns than the desk takes; `most`."""

    code = "too-many-columns"


class ReadingTookTooLong(Malformed):
    """The workbook was not read in the time allowed; `seconds`."""

    code = "reading-took-too-long"


class ReadingTookTooMuch(Malformed):
    """The workbook needs more memory than allowed; `megabytes`."""

    code = "reading-took-too-much"
