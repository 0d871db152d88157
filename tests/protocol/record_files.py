"""Writes small files of formats that are no text: Avro, XLSX and XLS, as tests need them."""

import json
import struct
import zipfile
import zlib

SYNC = bytes(range(16))


def avro_long(value):
    value = (value << 1) ^ (value >> 63)
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def avro_bytes(value):
    value = value.encode() if isinstance(value, str) else value
    return avro_long(len(value)) + value


def avro_value(kind, value):
    """The binary form of a value of a type that is a name, a union, or an object with one."""
    if isinstance(kind, list):
        branch = kind.index("null") if value is None else next(i for i, k in enumerate(kind) if k != "null")
        return avro_long(branch) + (b"" if value is None else avro_value(kind[branch], value))
    if isinstance(kind, dict) and kind["type"] == "enum":
        return avro_long(kind["symbols"].index(value))
    name = kind["type"] if isinstance(kind, dict) else kind
    if name in ("int", "long"):
        return avro_long(value)
    if name == "fixed":
        return value
    packers = {"null": lambda v: b"", "boolean": lambda v: bytes([v]), "float": lambda v: struct.pack("<f", v),
               "double": lambda v: struct.pack("<d", v), "string": avro_bytes, "bytes": avro_bytes}
    return packers[name](value)


def deflate(block):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(block) + packer.flush()


def avro(fields, rows, codec="null", pack=lambda block: block, block_rows=1000):
    """An object container of records: fields are pairs of name and type."""
    schema = {"type": "record", "name": "row", "fields": [{"name": name, "type": kind} for name, kind in fields]}
    header = {"avro.schema": json.dumps(schema), "avro.codec": codec}
    out = b"Obj\x01" + avro_long(len(header)) + b"".join(avro_bytes(k) + avro_bytes(v) for k, v in header.items())
    out += avro_long(0) + SYNC
    for start in range(0, len(rows), block_rows):
        some = rows[start:start + block_rows]
        block = pack(b"".join(avro_value(kind, value) for row in some for (_, kind), value in zip(fields, row)))
        out += avro_long(len(some)) + avro_long(len(block)) + block + SYNC
    return out


class Date:
    """A day, and a share of it, as spreadsheets count."""

    def __init__(self, days):
        self.days = days


def xlsx_cell(reference, value, texts):
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, Date):
        return f'<c r="{reference}" s="1"><v>{value.days}</v></c>'
    if isinstance(value, str):
        texts.append(value)
        return f'<c r="{reference}" t="s"><v>{len(texts) - 1}</v></c>'
    return f'<c r="{reference}"><v>{value!r}</v></c>'


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def xlsx(path, rows, from_1904=False):
    """A workbook of one sheet; a row is a list of numbers, texts, bools, Dates and None. Days count from 1900 or 1904."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    texts = []
    sheet = f"<worksheet {main}><sheetData>"
    for r, row in enumerate(rows):
        cells = "".join(xlsx_cell(f"{chr(65 + c)}{r + 1}", value, texts) for c, value in enumerate(row))
        sheet += f'<row r="{r + 1}">{cells}</row>'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{kinds}"><workbookPr date1904="{int(from_1904)}"/><sheets>'
                           '<sheet name="one" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels":
            f'<Relationships><Relationship Id="rId1" Type="{kinds}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{kinds}/sharedStrings" Target="sharedStrings.xml"/>'
            f'<Relationship Id="rId3" Type="{kinds}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet {main}><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
                         '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
                         '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f"<sst {main}>" + "".join(f"<si><t>{escape(t)}</t></si>" for t in texts) + "</sst>",
        "xl/worksheets/sheet1.xml": sheet + "</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def xls_record(kind, *parts):
    """A record, and those that continue it."""
    return b"".join(struct.pack("<HH", 0x3C if i else kind, len(part)) + part for i, part in enumerate(parts))


def xls_texts(texts):
    """The parts of a record of texts; where one goes on in the next part, that repeats its flags."""
    parts = [bytearray(struct.pack("<II", len(texts), len(texts)))]
    for text in texts:
        wide = any(ord(c) > 255 for c in text)
        units = text.encode("utf-16-le") if wide else text.encode("latin-1")
        if len(parts[-1]) > 8210:
            parts.append(bytearray())
        parts[-1] += struct.pack("<HB", len(text.encode("utf-16-le")) // 2, wide)
        while units:
            room = (8224 - len(parts[-1])) // 2 * 2
            parts[-1] += units[:room]
            units = units[room:]
            if units:
                parts.append(bytearray([wide]))
    return map(bytes, parts)


def xls_sheet(rows, texts):
    out = xls_record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            place = struct.pack("<HHH", r, c, isinstance(value, Date))
            if isinstance(value, bool):
                out += xls_record(0x205, place + bytes([value, 0]))
            elif isinstance(value, Date):
                out += xls_record(0x203, place + struct.pack("<d", value.days))
            elif isinstance(value, str):
                texts.append(value)
                out += xls_record(0xFD, place + struct.pack("<I", len(texts) - 1))
            elif isinstance(value, int) and abs(value) < 2**29:
                out += xls_record(0x27E, place + struct.pack("<i", value * 4 | 2))
            elif value is not None:
                out += xls_record(0x203, place + struct.pack("<d", value))
    return out + xls_record(0x0A, b"")


def xls(rows, from_1904=False):
    """A workbook of one sheet, as xlsx() makes it, in the form of Excel 97."""
    texts = []
    sheet = xls_sheet(rows, texts)
    sst = xls_record(0xFC, *xls_texts(texts))
    styles = xls_record(0xE0, struct.pack("<HH", 0, 0)) + xls_record(0xE0, struct.pack("<HH", 0, 14))
    begin = xls_record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)) + xls_record(0x22, struct.pack("<H", from_1904))
    name = bytes([3, 0]) + b"one"
    size = len(begin) + len(styles) + 4 + 6 + len(name) + len(sst) + 4
    sheets = xls_record(0x85, struct.pack("<IBB", size, 0, 0) + name)
    return compound_file(begin + styles + sheets + sst + xls_record(0x0A, b"") + sheet)


def compound_file(stream):
    """A file of one stream, Workbook, in sectors of 512 bytes: table, directory, stream."""
    sectors = max(9, -(-len(stream) // 512))
    table_sectors = -(-(sectors + 2) // 127)
    stream_at = table_sectors + 1
    table = [0xFFFFFFFD] * table_sectors + [0xFFFFFFFE]
    table += [stream_at + i + 1 for i in range(sectors - 1)] + [0xFFFFFFFE]
    table += [0xFFFFFFFF] * (128 * table_sectors - len(table))

    def entry(name, kind, first, size):
        wide = name.encode("utf-16-le") + b"\0\0"
        return (wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 1)
                + bytes(36) + struct.pack("<IQ", first, size))

    directory = entry("Root Entry", 5, 0xFFFFFFFE, 0) + entry("Workbook", 2, stream_at, max(len(stream), 4096))
    places = list(range(table_sectors)) + [0xFFFFFFFF] * (109 - table_sectors)
    header = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + bytes(16) + struct.pack(
        "<HHHHHHIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, table_sectors, table_sectors, 0, 4096, 0xFFFFFFFE, 0,
        0xFFFFFFFE, 0) + struct.pack("<109I", *places)
    return header + struct.pack(f"<{len(table)}I", *table) + directory.ljust(512, b"\0") + stream.ljust(512 * sectors, b"\0")
