"""Texts: whether they were decoded with the right code page."""

from __future__ import annotations

import re

_HIGH = re.compile(r"[\x80-\uffff]+")


def raw_bytes(text: str, encoding: str) -> bytes | None:
    """Return the bytes a text was decoded from; None where it holds characters the code page has not."""
    out = bytearray()
    for c in text:
        if 0xDC80 <= ord(c) <= 0xDCFF:  # surrogateescape: an undecodable byte
            out.append(ord(c) - 0xDC00)
            continue
        try:
            out += c.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            if ord(c) < 256:  # the five holes of cp1252
                out.append(ord(c))
            else:
                return None
    return bytes(out)


def suspicion(text: str, encoding: str) -> str:
    """Say which code page a text more likely is in than the declared one; empty when it reads well.

    Single accented letters among plain ones are what a Latin page should hold; a word made of
    nothing but high characters, in pairs that are common Chinese characters or in Cyrillic
    letters, is not.
    """
    if text.isascii():
        return ""
    if any(0xDC80 <= ord(c) <= 0xDCFF for c in text):
        found = _best(raw_bytes(text, encoding) or b"")
        return f"try encoding={found}" if found else "its bytes are not text in the declared code page"
    if encoding.lower().replace("-", "") in (
        "utf8",
        "gbk",
        "gb2312",
        "big5",
        "cp950",
        "cp936",
        "cp932",
        "cp949",
        "shift_jis",
    ):
        return ""
    data = raw_bytes(text, encoding)
    if data is None:
        return ""
    found = _best(data)
    return f"try encoding={found}" if found else ""


def _best(data: bytes) -> str:
    high = [m.group(0) for m in re.finditer(rb"[\x80-\xff]+", data)]
    if not high:
        return ""
    try:
        decoded = data.decode("utf-8")
        if any(ord(c) > 127 for c in decoded):
            return "utf-8"
    except UnicodeDecodeError:
        pass
    total = sum(len(h) for h in high)
    letters = len(re.findall(rb"[A-Za-z]", data))
    if total < 4 or letters > total:
        return ""
    if all(len(h) % 2 == 0 and len(h) >= 4 for h in high):
        for page in ("gb2312", "euc_kr", "big5", "shift_jis", "gbk"):
            try:
                decoded = data.decode(page)
            except UnicodeDecodeError:
                continue
            if all(c.isascii() or "\u4e00" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" for c in decoded):
                return "gbk" if page == "gb2312" else page
    for page in ("gbk", "shift_jis", "big5"):
        try:
            decoded = data.decode(page)
        except UnicodeDecodeError:
            continue
        if all(c.isascii() or "\u4e00" <= c <= "\u9fff" or "\u3040" <= c <= "\u30ff" for c in decoded) and letters == 0:
            return page
    if all(0xC0 <= b <= 0xFF or b in (0xA8, 0xB8) for h in high for b in h) and letters == 0:
        return "cp1251"
    return ""
