"""What a PDF says of itself to machines: its metadata, and the data it was made from."""

from datetime import datetime
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc

from creditdesk.evidence import Evidence
from reports import pages

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{digest}</rdf:li></rdf:Alt></dc:description>
<dc:identifier>{number}</dc:identifier>
<dc:language><rdf:Bag><rdf:li>vi-VN</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{made}</xmp:CreateDate>
<xmp:ModifyDate>{made}</xmp:ModifyDate>
<xmp:CreatorTool>creditdesk</xmp:CreatorTool>
<pdf:Keywords>{number}</pdf:Keywords>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def describe(
    doc: pdfdoc.PDFDocument, evidence: Evidence, *, title: str, author: str, made: datetime
) -> None:
    """Write title, author, language, number and digest into a document, for machines to read."""
    said = {"title": title, "author": author, "made": made.isoformat()}
    said |= {"digest": evidence.digest, "number": evidence.number}
    text = _XMP.format_map({name: escape(value) for name, value in said.items()})
    kept = pdfdoc.PDFStream(
        pdfdoc.PDFDictionary({"Type": "/Metadata", "Subtype": "/XML", "Filter": "/FlateDecode"}),
        pages.packed(text.encode("utf-8")),
    )
    doc.Catalog.Metadata = doc.Reference(kept)


def attach(doc: pdfdoc.PDFDocument, evidence: Evidence, made: datetime) -> None:
    """Put the data of a statement into a document, as the file that it was made from.

    Source: ISO 32000-2, 7.11.4 and 14.13 (associated files).
    """
    date = f"D:{made:%Y%m%d%H%M%S}+07'00'"
    told = {
        "Size": len(evidence.data),
        "ModDate": pdfdoc.PDFString(date),
    }
    packed = _Data(
        pdfdoc.PDFDictionary(
            {
                "Type": "/EmbeddedFile",
                "Subtype": "/text#2Fcsv",
                "Filter": "/FlateDecode",
                "Params": pdfdoc.PDFDictionary(told),
            }
        ),
        pages.packed(evidence.data),
    )
    name = pdfdoc.PDFString(f"{evidence.file_name}.csv")
    body = doc.Reference(packed)
    file = doc.Reference(
        pdfdoc.PDFDictionary(
            {
                "Type": "/Filespec",
                "F": name,
                "UF": name,
                "Desc": pdfdoc.PDFString(evidence.digest),
                "AFRelationship": "/Data",
                "EF": pdfdoc.PDFDictionary({"F": body, "UF": body}),
            }
        )
    )
    names = pdfdoc.PDFDictionary({"Names": pdfdoc.PDFArray([name, file])})
    doc.Catalog.Names = pdfdoc.PDFDictionary({"EmbeddedFiles": names})
    doc.Catalog.__NoDefault__ = [*doc.Catalog.__NoDefault__, "AF"]  # which reportlab does not know
    doc.Catalog.AF = pdfdoc.PDFArray([file])


class _Data(pdfdoc.PDFStream):
    """Data that are let go of once the file holds them."""

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        written: bytes = super().format(document)
        self.content = b""
        return written
