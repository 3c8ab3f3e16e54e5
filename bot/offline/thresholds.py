"""How near is near enough: every figure that is calibrated to the packaged embedding model, in one place.

Measured on the development questions of the evaluation. Another model (`EMBEDDINGS`) has other distances, so measure
again.
"""

from __future__ import annotations

# Cosines of the packaged model lie between 0.74 (nothing in common) and 0.96 (the same sentence): questions of our
# field find their passage at about 0.85 and more, others stay below 0.83; between the two the words decide.
SURE_SIMILARITY = 0.852
FAIR_SIMILARITY = 0.835
FOREIGN_SIMILARITY = 0.825  # questions in other languages lie a little further from English passages
FAIR_COVERAGE = 0.45
LEXICAL_COVERAGE = 0.6
SECTION_SIMILARITY = 0.86  # a section of the document of the credential that is asked about
COMPLETING_SIMILARITY = 0.87  # a passage that tells what a draft leaves open of the question
GUIDE_SIMILARITY = 0.885  # the same of a guide, beside a credential that is named
CERTAIN_SIMILARITY = 0.9  # a passage this near is about the very question

# A field is taken from meaning alone only when its examples are near, nearer than those of what the documents never
# say, and nearer than any other field's.
FIELD_SIMILARITY = 0.868
FIELD_LEAD = 0.004
