"""Courses that do not exist, to make the documents many: plausible, short, always the same, and never an answer."""

from __future__ import annotations

from bot.documents.model import Passage

PREFIX = "distractors"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", " ").split(","))


_SKILLS = _listed("""
network security, cloud architecture, data analysis, machine learning, project management, web development,
digital marketing, supply chain management, business statistics, user experience design, incident response,
penetration testing, database administration, Python programming, Linux administration, agile coaching,
financial accounting, human resources, business intelligence, data engineering, DevOps automation,
container orchestration, technical writing, product management, public speaking, spreadsheet modelling,
risk management, IT support, computer networking, identity management, software testing, mobile development,
game design, graphic design, video production, search advertising, customer service, sales techniques,
operations management, quality assurance, bioinformatics, health informatics, renewable energy,
electrical safety, welding, medical coding, early childhood teaching, classroom technology,
instructional design, academic writing, business English, Spanish conversation, contract law, data privacy,
IT auditing, compliance, blockchain, computer vision, natural language processing, robotics
""")
_LEVELS = ("introduction", "essentials", "intermediate", "advanced", "masterclass")
_PLACES = _listed("""
Northgate, Ashford, Millbrook, Riverton, Lakemont, Westhaven, Eastfield, Stonebridge, Fairview, Oakmere, Brightwater,
Kingsholm, Redcliff, Silverdale, Thornbury, Windermoor, Harborview, Summerfield, Greystone, Maplewood
""")


_PROVIDERS = tuple(f"{place} {kind}" for place in _PLACES for kind in ("College", "Academy"))
_FORMATS = (
    "four weeks online with weekly quizzes",
    "eight evenings on campus and a final project",
    "self-paced video lessons, about 20 hours",
    "a two-day workshop with hands-on labs",
    "costs USD 120 and ends with an exam",
    "free to audit, USD 49 for a certificate",
    "six hours a week for three months",
    "a digital badge after three assignments",
    "counts five ECTS credits toward a degree",
    "no prerequisites, taught in English",
    "renewed every two years by a short test",
    "prepares for a first job in the field",
)
MOST = len(_SKILLS) * len(_LEVELS) * len(_PROVIDERS)
# No common factor with MOST, so that every course comes up once and neighbours have little in common.
_STEP = 7919


def distractors(count: int) -> list[Passage]:
    """The first `count` courses, one passage each; a longer list begins with the shorter one."""
    if count > MOST:
        raise ValueError(f"there are only {MOST:,} courses to make up")
    return [_course(place) for place in range(count)]


def _course(place: int) -> Passage:
    which = place * _STEP % MOST
    which, skill = divmod(which, len(_SKILLS))
    provider, level = divmod(which, len(_LEVELS))
    title = f"{_SKILLS[skill]}, {_LEVELS[level]}"
    return Passage(
        id=f"{PREFIX}/{place:05}#text",
        document=f"{PREFIX}/{place:05}",
        kind="general",
        title=title[0].upper() + title[1:],
        heading="",
        text=f"{_PROVIDERS[provider]}: {_FORMATS[place % len(_FORMATS)]}.",
    )
