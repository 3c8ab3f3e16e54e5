"""Names spelt by their sound, in Hindi and Chinese: known ones are read, unknown ones get nobody else's figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.app import Library
from bot.app.advising import build_names
from bot.offline.sounding import Sounding
from tests.offline.conftest import Talk

EVALS = Path(__file__).parents[1] / "evals"
DEVANAGARI = range(0x900, 0x980)


@pytest.fixture(scope="module")
def sounding(library: Library) -> Sounding:
    return Sounding(build_names(library, library.catalog()), library.lexicon)


def hindi_questions() -> list[str]:
    """Those of the evaluation that were not held out."""
    rows = (json.loads(line) for path in sorted(EVALS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines())
    texts = [row["question"] for row in rows if row["split"] == "dev"]
    return [text for text in texts if any(ord(char) in DEVANAGARI for char in text)]


@pytest.mark.parametrize(
    ("question", "document", "figure"),
    [
        ("सीसीएनए की कीमत क्या है?", "credentials/ccna", "USD 300"),
        ("सी सी एन ए में कितने मिनट मिलते हैं?", "credentials/ccna", "120"),
        ("पीएमपी की कीमत", "credentials/pmp", "USD 675"),
        ("सीआईएसएसपी कितने समय तक वैध है?", "credentials/cissp", "तीन साल"),
        ("एडब्ल्यूएस क्लाउड प्रैक्टिशनर परीक्षा की फीस", "credentials/aws-cloud-practitioner", "USD 100"),
        ("सिक्योरिटी प्लस की कीमत", "credentials/comptia-security-plus", "USD 425"),
        ("एसवाई0-701 की कीमत", "credentials/comptia-security-plus", "USD 425"),
        ("नेटवर्क प्लस की फीस", "credentials/comptia-network-plus", "USD 369"),
        ("कॉम्पटिया ए प्लस की कीमत", "credentials/comptia-a-plus", "USD 530"),
        ("ए ज़ेड 104 की फीस", "credentials/az-104", "USD 165"),
        ("एज़ेड-900 की फीस", "credentials/az-900", "USD 99"),
        ("एजेड९०० की फीस", "credentials/az-900", "USD 99"),
        ("एज्योर फंडामेंटल्स की फीस", "credentials/az-900", "USD 99"),
        ("गूगल डेटा एनालिटिक्स कितने महीने का है?", "credentials/google-data-analytics", "3 to 6 months"),
        ("सर्टिफाइड स्क्रम मास्टर कितने साल मान्य है?", "credentials/csm", "दो साल"),
        ("गूगल आईटी सपोर्ट सर्टिफिकेट से कॉलेज क्रेडिट मिलता है?", "credentials/google-it-support", "12"),
        ("सीकेए की कीमत", "credentials/cka", "USD 445"),
        ("टेराफॉर्म एसोसिएट की कीमत", "credentials/terraform-associate", "USD 70.50"),
    ],
)
def test_a_name_by_its_sound_is_answered_as_the_name_itself(talk: Talk, question: str, document: str, figure: str):
    answer = talk(question)
    assert {citation.document for citation in answer.citations} == {document}
    assert figure in answer.text
    assert answer.language == "hi"


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("माइक्रोसॉफ्ट के सर्टिफिकेट कब तक मान्य हैं?", "providers/microsoft"),
        ("सिस्को के सर्टिफिकेट कैसे रिन्यू करें?", "providers/cisco"),
        ("गूगल के सर्टिफिकेट", "providers/google"),
        ("उडेमी के सर्टिफिकेट की मान्यता है क्या?", "providers/udemy"),
    ],
)
def test_a_provider_by_its_sound_is_answered_from_its_page(talk: Talk, question: str, document: str):
    assert talk(question).citations[0].document == document


@pytest.mark.parametrize(
    "question",
    [
        "फूबारसर्ट की कीमत क्या है?",
        "ओएससीपी की फीस कितनी है?",
        "आईटीआईएल की परीक्षा में कितने प्रश्न होते हैं?",
        "सीसीएनपी की कीमत क्या है?",
        "सीएफए कितने समय तक वैध है?",
        "ओरेकल जावा सर्टिफिकेट की कीमत",
        "सर्वर प्लस की कीमत",
    ],
)
def test_an_unknown_name_is_not_answered_with_the_figures_of_another(talk: Talk, question: str):
    answer = talk(question)
    assert answer.status == "abstained"
    assert question.split(maxsplit=1)[0] in answer.text
    assert not answer.citations


def test_a_certificate_in_another_trade_is_not_given_the_price_of_ours(talk: Talk):
    assert talk("नर्सिंग सर्टिफिकेट की कीमत").status == "abstained"


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("谷歌数据分析证书多少钱？", "credentials/google-data-analytics"),
        ("微软AZ-900多少钱？", "credentials/az-900"),
        ("亚马逊云从业者认证有效期多久？", "credentials/aws-cloud-practitioner"),
        ("思科的认证怎么续期？", "providers/cisco"),
    ],
)
def test_chinese_names_are_read_though_no_spaces_part_them(talk: Talk, question: str, document: str):
    answer = talk(question)
    assert {citation.document for citation in answer.citations} == {document}
    assert answer.language == "zh"


def test_beside_a_known_name_the_unknown_one_is_said_to_be_unknown(talk: Talk):
    answer = talk("सीएसएम, सीसीएनए और सीसीएनपी में कौन सस्ता है?")
    assert "सीसीएनपी" in answer.text
    assert "USD 300" in answer.text


@pytest.mark.parametrize(
    "sentence",
    [
        *hindi_questions(),
        "जी, मुझे के बारे में बताइए",
        "वह आई और पी के चली गई",
        "आई टी और ए आई में क्या सीखूँ?",
        "मास्टर डिग्री के लिए कौन सा कोर्स अच्छा है?",
        "क्लाउड और डेटा में पहले कौन सा सर्टिफिकेट करूँ?",
        "प्रोजेक्ट मैनेजर बनना है",
        "टीवी और बीवी की बात",
    ],
)
def test_ordinary_hindi_is_left_as_it_is(sounding: Sounding, sentence: str):
    assert sounding.written(sentence) == sentence


@pytest.mark.parametrize(
    ("sentence", "written"),
    [
        ("सीसीएनए के लिए जी", "ccna के लिए जी"),
        ("AWS क्लाउड प्रैक्टिशनर?", "AWS cloud practitioner?"),
        ("डीपी-900 या डीपी 900", "dp-900 या dp-900"),
        ("मैं पीएमपी, सीएसएम", "मैं pmp, csm"),
    ],
)
def test_only_the_name_is_written_in_its_own_letters(sounding: Sounding, sentence: str, written: str):
    assert sounding.written(sentence) == written
