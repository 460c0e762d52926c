"""Texts in several languages, in one store: each is found by its own words, in all their forms."""

from __future__ import annotations

import asyncio

import pytest

from understudy.indexes import IndexedFile
from understudy_rag.index import RagIndex
from understudy_rag.words.english import forms, stem
from understudy_rag.words.languages import languages_of, stemmed, terms_of, without_stop_words

# ruff: noqa: RUF001 - letters of many scripts are the matter of this file
TEXTS = {
    "english": "The boiler is serviced once a year, before the winter, by a heating engineer.",
    "german": "Die Wartung der Heizungen wird einmal im Jahr von einer Firma durchgeführt, die wir "
    "im Herbst bestellen. Alle Mieter werden vorher benachrichtigt.",
    "french": "Les chaudières sont vérifiées chaque année par une entreprise, et les locataires en "
    "sont informés avant la visite des techniciens.",
    "spanish": "Las calderas se revisan una vez al año por una empresa, y los inquilinos reciben "
    "un aviso antes de la visita de los técnicos.",
    "russian": "Проверка котлов проводится один раз в год, и жильцы получают уведомление до того, "
    "как придут мастера.",
    "arabic": "يتم فحص الغلايات مرة واحدة في السنة من قبل شركة متخصصة، ويتم إبلاغ السكان قبل "
    "الزيارة.",
    "chinese": "锅炉每年由专业公司检修一次，住户会提前收到通知。",
    "japanese": "ボイラーは年に一度、専門の会社が点検します。住民には事前に知らせます。",
    "thai": "หม้อไอน้ำจะได้รับการตรวจสอบปีละครั้งโดยบริษัท และผู้อยู่อาศัยจะได้รับแจ้งล่วงหน้า",
    "korean": "보일러는 매년 한 번 전문 회사가 점검하며 주민들에게 미리 알립니다.",
}
FILLER = {
    "english": "The garden behind the house may be used by all of the tenants in the summer.",
    "german": "Der Garten hinter dem Haus darf von allen im Sommer genutzt werden.",
    "french": "Le jardin derrière la maison peut être utilisé par tous pendant l'été.",
    "spanish": "El jardín detrás de la casa puede ser usado por todos en el verano.",
    "russian": "Сад за домом могут использовать все в летнее время.",
    "arabic": "يمكن للجميع استخدام الحديقة خلف المنزل في الصيف.",
    "chinese": "夏天大家都可以使用房子后面的花园。",
    "japanese": "夏には家の裏の庭を誰でも使えます。",
    "thai": "ทุกคนสามารถใช้สวนหลังบ้านได้ในฤดูร้อน",
    "korean": "여름에는 집 뒤의 정원을 모두 사용할 수 있습니다.",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Ask one store that holds all of these texts; the best file, or none."""
    root = tmp_path_factory.mktemp("data")

    async def once(text):
        yield text.encode()

    async def run(query):
        index = RagIndex(root)
        try:
            if not await index.files("vs_1"):
                texts = [*TEXTS.items(), *((f"{name}-garden", t) for name, t in FILLER.items())]
                for number, (name, text) in enumerate(texts):
                    file = IndexedFile(name, f"{number}.txt", once(text))
                    await index.add("vs_1", file)
            hits = await index.search(["vs_1"], query, limit=1, only={})
            return hits[0].file_id if hits else None
        finally:
            await index.close()

    return lambda query: asyncio.run(run(query))


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("when are boilers serviced?", "english"),
        ("Wer macht die Wartungen der Heizung?", "german"),
        ("vérification de la chaudière", "french"),
        ("¿cuándo se revisa la caldera?", "spanish"),
        ("когда проверяют котёл или котлы", "russian"),
        ("متى يتم فحص غلايات", "arabic"),
        ("锅炉什么时候检修？", "chinese"),
        ("ボイラーの点検", "japanese"),
        ("ตรวจสอบหม้อไอน้ำ", "thai"),
        ("보일러 점검", "korean"),
        ("炉", "chinese"),
    ],
)
def test_a_question_finds_the_text_of_its_language(found, query, language):
    assert found(query) == language


def test_a_heading_is_found_in_another_form(tmp_path):
    async def content():
        yield f"# Reinigungen\n\n{TEXTS['german']}".encode()

    async def run():
        index = RagIndex(tmp_path)
        try:
            await index.add("vs_1", IndexedFile("f1", "Vertrag.md", content()))
            hits = [
                await index.search(["vs_1"], query, limit=1, only={})
                for query in ("Reinigung", "Verträge", "Heizung", "heating")
            ]
            return [len(each) for each in hits]
        finally:
            await index.close()

    assert asyncio.run(run()) == [1, 1, 1, 0]


def test_english_endings_are_taken_off_in_english_only():
    assert "policies" in terms_of("policy", ["german"])
    assert stemmed("Policies der Heizungen", "german") == "polici der heizung"


@pytest.mark.parametrize(
    "language", ["english", "german", "french", "spanish", "russian", "arabic"]
)
def test_the_language_of_a_text_is_told_by_its_small_words(language):
    assert languages_of(TEXTS[language]) == [language]


def test_a_text_in_two_languages_is_of_both():
    assert set(languages_of(TEXTS["english"] * 3, TEXTS["german"] * 3)) == {"english", "german"}


def test_source_code_is_in_no_language_whose_small_words_it_repeats():
    portuguese = 'cfg(target_os = "linux") as usize, cfg(target_os = "android") as isize; ' * 20
    danish = "pub mod fs; pub mod os; for x in y; pub mod io; pub mod net; "
    comment = "// The last of these is for the rest, and this is not used by any of them.\n"
    assert languages_of(comment + portuguese) == ["english"]
    assert languages_of(comment + danish * 20) == ["english"]


def test_where_nothing_tells_of_a_language_it_is_english_or_none():
    assert languages_of("boiler 2024") == ["english"]
    assert languages_of(TEXTS["chinese"]) == []


def test_a_word_is_left_out_only_where_it_says_nothing():
    both = ["english", "german"]
    assert without_stop_words(["how", "do", "plants", "die"], both) == ["plants", "die"]
    assert without_stop_words(["wie", "ist", "die", "wartung"], both) == ["wartung"]


def test_a_query_of_stop_words_keeps_them():
    assert without_stop_words(["to", "be"], ["english"]) == ["to", "be"]


@pytest.mark.parametrize(
    "written",
    [
        "increase increases increased increasing increasingly",
        "reveal reveals revealed revealing",
        "supply supplies",
        "weak weakness",
        "service services serviced servicing",
        "stop stops stopped stopping",
        "policy policies",
        "church churches",
        "activate activation activated",
        "nation national nations",
        "quick quickly",
        "invoice invoices invoicing",
    ],
)
def test_forms_of_an_english_word_have_one_stem_and_find_each_other(written):
    assert len({stem(form) for form in written.split()}) == 1
    assert all(set(written.split()) <= forms(form) for form in written.split())


@pytest.mark.parametrize(
    ("one", "other"),
    [("bus", "bush"), ("sing", "sin"), ("glass", "glad"), ("rate", "ration")],
)
def test_different_words_keep_different_stems(one, other):
    assert stem(one) != stem(other)
