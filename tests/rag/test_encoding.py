import codecs
import time

import pytest

from understudy_rag.parsing.documents import Unreadable
from understudy_rag.parsing.encoding import decode

TEXT = "Überprüfung - 5 € ½\nzweite Zeile"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8"),
        codecs.BOM_UTF8 + TEXT.encode("utf-8"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode("utf-8"),
        TEXT.replace("\n", "\r").encode("utf-8"),
    ],
)
def test_text_is_read_in_any_usual_encoding(data):
    assert decode(data) == TEXT


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n", "Images cannot be read; save it as text."),
        (b"text\x00with a zero", "It is not text."),
        (bytes(range(1, 32)) * 9, "It is not text."),
        (codecs.BOM_UTF16_LE + b"odd", "It is marked as UTF-16 text, but is damaged."),
        (codecs.BOM_UTF8 + b"\xff\xfe", "It is marked as UTF-8-SIG text, but is damaged."),
    ],
)
def test_what_is_not_text_is_refused_with_a_reason(data, reason):
    with pytest.raises(Unreadable) as caught:
        decode(data)
    assert str(caught.value) == reason


# ruff: noqa: RUF001 - letters of many scripts are the matter of this file
ALPHABETS = {
    "Japanese": "吾輩は猫である。名前はまだ無い。薄暗い所で泣いていた。",
    "Chinese": "苍鹭站在水中等待。它一个小时都不动！然后它攻击。这是一只非常有耐心的鸟。",
    "Taiwanese": "蒼鷺站在水中等待。它一個小時都不動！然後它攻擊。這是一隻非常有耐心的鳥。",
    "Korean": "왜가리는 물속에 서서 기다린다. 한 시간 동안 움직이지 않는다! 그런 다음 공격한다.",
    "Russian": "Цапля стоит в воде и ждёт. Она не двигается целый час! Потом она нападает.",
    "Greek": "Ο ερωδιός στέκεται στο νερό και περιμένει. Δεν κινείται για μια ώρα!",
    "Polish": "Czapla stoi w wodzie i czeka: łąka, źdźbło, gęś. To bardzo cierpliwy ptak.",
    "Czech": "Volavka stojí ve vodě a čeká. Hodinu se nehýbe! Pak zaútočí. Žije u řeky.",
    "German": "Der Reiher steht im Wasser. Überprüfung der Größe: 5 € für ½ Straße.",
    "French": "Le héron se tient dans l'eau. C'est un oiseau « très patient », là-bas…",
}


@pytest.mark.parametrize("pages", ["", "A page in plain English.\n" * 300])
@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("Japanese", "shift_jis"),
        ("Japanese", "euc_jp"),
        ("Chinese", "gb18030"),
        ("Taiwanese", "big5"),
        ("Korean", "euc_kr"),
        ("Russian", "koi8_r"),
        ("Russian", "cp1251"),
        ("Greek", "cp1253"),
        ("Polish", "cp1250"),
        ("Polish", "iso8859_2"),
        ("Czech", "cp1250"),
        ("German", "cp1252"),
        ("French", "cp1252"),
    ],
)
def test_the_encoding_is_found_by_what_the_letters_look_like(language, encoding, pages):
    text = pages + ALPHABETS[language]
    assert decode(text.encode(encoding)) == text


def test_lines_of_two_encodings_in_one_file_are_both_read():
    data = "Größe: fünf\nÜbung\n".encode() + "Straße\n".encode("cp1252")
    assert decode(data) == "Größe: fünf\nÜbung\nStraße\n"


def test_what_a_file_declares_counts_where_it_is_not_utf_8():
    data = "Größe".encode("cp850")
    assert decode(data, "cp850") == "Größe"
    assert decode("Größe".encode(), "cp850") == "Größe"
    assert decode(data, "no-such-encoding").startswith("Gr")


def test_guessing_looks_at_a_part_of_a_large_file_only():
    data = "Цапля стоит в воде и ждёт.\n".encode("koi8_r") * 400_000
    before = time.process_time()
    assert decode(data).startswith("Цапля")
    assert time.process_time() - before < 5  # a second or so; all of it would take minutes
