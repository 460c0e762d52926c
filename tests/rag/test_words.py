import pytest

from understudy_rag.words import query_words, stem, words


@pytest.mark.parametrize(
    "forms",
    [
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
def test_forms_of_a_word_have_one_stem(forms):
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("bus", "bush"), ("sing", "sin"), ("glass", "glad"), ("rate", "ration")],
)
def test_different_words_keep_different_stems(one, other):
    assert stem(one) != stem(other)


def test_a_stem_has_at_least_three_letters():
    for word in ("ties", "using", "being", "needed", "seeing", "dies", "iced", "goes"):
        assert len(stem(word)) >= 3


def test_case_and_accents_do_not_matter():
    assert words("Café RÉSUMÉ") == words("cafe resume")


def test_stop_words_are_left_out_and_repeats_are_kept():
    assert words("the boiler and the boiler of the house") == words("boiler boiler house")
    assert len(words("boiler boiler")) == 2


def test_a_query_of_stop_words_keeps_them():
    assert words("to be or not to be") == []
    assert query_words("to be or not to be") == ["to", "be", "or", "not", "to", "be"]


def test_numbers_and_parts_of_identifiers_are_words():
    assert words("chunk_size = 1600") == [stem("chunk"), "size", "1600"]


def test_scripts_without_spaces_are_compared_by_letter():
    assert set(words("锅炉")) <= set(words("我们的锅炉每年检修一次。"))


def test_other_alphabets_are_left_as_they_are():
    assert words("Котлы ΘΕΡΜΑΝΣΗ") == ["котлы", "θερμανση"]
