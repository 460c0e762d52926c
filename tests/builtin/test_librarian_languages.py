"""The librarian quotes in the language of the files, and finds nothing where nothing is."""

# ruff: noqa: RUF001 - letters of other scripts that look like ours

import pytest

FILES = {
    "lease.txt": (
        "The tenant may end this lease with three months' notice. The landlord is Mrs. Hansen.\n"
        "The monthly rent is 900 euros. A deposit of two rents is kept until the flat is empty.\n"
        "Pets are welcome unless neighbours complain. The capital letters are defined below."
    ),
    "mietvertrag.txt": (
        "Die Kündigungsfrist beträgt drei Monate zum Ende eines Monats.\n"
        "Die Miete wird am dritten Werktag fällig. Haustiere brauchen eine Erlaubnis.\n"
        "Die Heizung wird jedes Jahr im Oktober gewartet."
    ),
    "contrat.txt": (
        "Le loyer est payable le cinquième jour du mois. La chaudière a été remplacée en 2019 "
        "par l'entreprise Durand.\nLes animaux sont autorisés dans l'appartement."
    ),
    "contrato.txt": (
        "La caldera fue reparada en octubre por la empresa García. El alquiler mensual es de "
        "900 euros.\nLos animales están prohibidos."
    ),
    "договор.txt": (
        "Арендная плата составляет 900 евро в месяц. Котёл был заменён в октябре фирмой Иванова.\n"
        "Собаки разрешены."
    ),
    "合同.txt": "合同于2027年12月31日到期。锅炉每年十月保养。房东允许养狗。月租为九百欧元。",
    "契約.txt": "ボイラーは毎年十月に点検されます。家賃は月に九百ユーロです。犬を飼えます。",
    "สัญญา.txt": "หม้อต้มน้ำได้รับการตรวจสอบทุกเดือนตุลาคม ค่าเช่าเดือนละเก้าร้อยยูโร สัญญาสิ้นสุดในปี 2027",
    "عقد.txt": "يتم فحص الغلاية كل عام في أكتوبر. الإيجار الشهري تسعمائة يورو. الكلاب مسموح بها.",
}
ANSWERED = {
    "How much rent is due monthly?": "The monthly rent is 900 euros.",
    "Who is our landlord?": "The landlord is Mrs. Hansen.",
    "Can pets live here? Are they welcome?": "Pets are welcome unless neighbours complain.",
    "I would like to know with how many months of notice a tenant can end the lease of the flat": (
        "The tenant may end this lease with three months' notice."
    ),
    "Wann wird die Heizung gewartet?": "Die Heizung wird jedes Jahr im Oktober gewartet.",
    "Wie lang ist die Kündigungsfrist?": "Die Kündigungsfrist beträgt drei Monate",
    "Quand la chaudière a-t-elle été remplacée ?": "La chaudière a été remplacée en 2019",
    "¿Quién reparó la caldera?": "La caldera fue reparada en octubre por la empresa García.",
    "Когда заменили котёл?": "Котёл был заменён в октябре фирмой Иванова.",
    "合同什么时候到期？": "合同于2027年12月31日到期。",
    "ボイラーの点検はいつですか": "ボイラーは毎年十月に点検されます。",
    "ค่าเช่าเท่าไหร่": "ค่าเช่าเดือนละเก้าร้อยยูโร",
    "متى يتم فحص الغلاية؟": "يتم فحص الغلاية كل عام في أكتوبر.",
}
UNANSWERED = (
    "What is the capital of France?",
    "Which French painter had a boiler in Paris?",
    "Who won the world cup in 1990?",
    "How do I bake sourdough bread?",
    "Wer hat die Relativitätstheorie aufgestellt?",
    "Wo liegt der höchste Berg Afrikas?",
    "Quelle est la capitale de l'Australie ?",
    "¿Quién pintó el Guernica?",
    "Кто написал роман о войне?",
    "法国的首都是哪里？",
    "富士山の高さは何メートルですか",
    "ใครเป็นประธานาธิบดีของฝรั่งเศส",
    "ما هي عاصمة فرنسا؟",
)


@pytest.fixture(scope="module")
def ask(host, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    thread = host.run("librarian", "Hello", files=sorted(folder.iterdir())).thread_id
    return lambda question: host.run("librarian", question, thread=thread).text


@pytest.mark.parametrize("question", ANSWERED)
def test_the_sentence_that_answers_is_quoted_first(ask, question):
    assert ask(question).startswith(f"> {ANSWERED[question]}")


@pytest.mark.parametrize("question", UNANSWERED)
def test_a_question_about_something_else_finds_nothing(ask, question):
    text = ask(question)
    assert text.startswith("I found nothing about that in your 9 files."), text
    assert "> " not in text
