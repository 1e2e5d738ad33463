"""The examples on the pages in docs/ run."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs").glob("*.md"))
# Tables that benchmarks print, and pages whose commands train or serve.
WITHOUT_EXAMPLES = {"artefact.md", "recipes.md", "results.md", "speed.md"}
WITH_EXAMPLES = [page for page in PAGES if page.name not in WITHOUT_EXAMPLES]


@pytest.mark.usefixtures("unoptimized")
@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.name)
def test_examples_run(page):
    tried = doctest.testfile(
        str(page),
        module_relative=False,
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
        encoding="utf-8",
    )
    assert tried.attempted > 0
    assert tried.failed == 0


def test_links_lead_to_files():
    broken = [
        (page.name, link)
        for page in [*PAGES, ROOT / "README.md"]
        for link in _links(page.read_text(encoding="utf-8"))
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert PAGES and not broken


def _links(text: str) -> list[str]:
    """Where links lead; what looks like one in a block of code is none."""
    prose = re.sub(r"(?ms)^```.*?^```", "", text)
    return re.findall(r"\]\(([^)#]+)\)", prose)
