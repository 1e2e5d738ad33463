"""Sample reviews in which the order of the words, not the words, decides the verdict.

Most reviews hold something good and something bad, or deny one of them, or correct one by the
other: "Although the plot was dull, nobody could call the cast wooden." is positive, and the same
words in another order are negative. A bag of words has little to go by, while a model that reads
in order can be right about every review: there is no noise in the labels.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from recipes.samples.sizes import check_sizes


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


@dataclass(frozen=True)
class _Group:
    """Things that the same words of praise and blame go with."""

    aspects: tuple[str, ...]
    good: tuple[str, ...]
    bad: tuple[str, ...]


@dataclass(frozen=True)
class _Topic:
    """What one review is about; its scenes say nothing about the verdict."""

    groups: tuple[_Group, ...]
    scenes: tuple[str, ...]

    @classmethod
    def read(cls, lines: str) -> _Topic:
        """Reads two groups, a line each for aspects, praise and blame, and a scene a line."""
        first, second = (_Group(*map(_words, lines.splitlines()[i : i + 3])) for i in (0, 3))
        return cls((first, second), tuple(lines.splitlines()[6:]))


# Films, books, meals, hotels and phones: two groups and their scenes each.
_WHAT_IS_JUDGED = """\
plot script dialogue ending opening premise romance final_scene
moving gripping witty tender thrilling inventive haunting subtle
dull predictable silly shallow tedious lazy hollow sentimental
cast lead_actress villain acting camera_work choir young_hero editing
convincing sincere elegant magnetic graceful natural masterly dazzling
wooden clumsy lifeless stiff amateurish hammy forced grating
We saw it {when} at the little cinema by the {place}.
I watched it {when} with {whom}.
It runs for two hours and was shot near the {place}.
The director made it right after film school.
{Whom} picked the film this time.

story prose first_chapter last_chapter mystery narrator heroine poetry
vivid absorbing playful wise original touching unforgettable lively
muddled pompous dreary trite cold bloated unlikely tiresome
argument research translation index preface biography title_essay glossary
lucid precise clever generous profound careful scholarly sound
confusing sloppy vague dry repetitive careless biased dated
I read it {when} on a bench near the {place}.
{Whom} gave me this book.
It has three hundred pages and a blue cover.
The author used to teach near the {place}.
I finished it {when} in one sitting.

soup bread fish dessert sauce pasta salad breakfast
delicious fresh tasty fragrant delicate wholesome marvellous appetising
bland greasy soggy sour burnt tasteless salty stale
service waiter owner barman kitchen_crew hostess welcome head_cook
attentive cheerful gracious prompt warm courteous thoughtful superb
rude slow grumpy forgetful arrogant careless dreadful sullen
We ate there {when} with {whom}.
The restaurant is across from the {place}.
{Whom} had booked a table for four.
I stopped by {when} on the way to the {place}.
They opened last spring and seat about thirty.

room lobby bathroom balcony terrace garden dining_hall neighbourhood
spotless quiet charming bright cosy lovely splendid peaceful
filthy noisy cramped shabby gloomy chaotic ugly smelly
bed shower heating pool lift air_conditioning internet furniture
comfortable excellent modern relaxing dependable generous perfect faultless
broken awful outdated rickety useless dirty miserable worn
We stayed two nights {when} with {whom}.
The hotel stands next to the {place}.
{Whom} found the address on a postcard.
I was in town {when} for a meeting near the {place}.
The house has forty beds on five floors.

screen keyboard case charger hinge stand cable design
sturdy sleek handy durable solid handsome practical pleasant
flimsy fragile awkward crude cheap bulky brittle ugly
battery camera speaker software microphone interface signal search
reliable fast sharp intuitive brilliant accurate responsive flawless
sluggish blurry unreliable fiddly faulty terrible disappointing weak
I bought it {when} in the shop near the {place}.
It was a present from {whom}.
{Whom} ordered the same model in grey.
I have used it every day since then.
It came {when} in a plain box with two cables."""
_TOPICS = tuple(map(_Topic.read, _WHAT_IS_JUDGED.split("\n\n")))

_WHEN = (
    *(f"on a {day}" for day in _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")),
    *(f"in {month}" for month in _words("January March May July September November")),
    *("last week", "last winter", "over the holidays"),
)
_WHOM = (
    *(f"my {person}" for person in _words("sister brother mother father wife husband cousin boss")),
    *("a friend from work", "a colleague", "our neighbours", "the children"),
)
_PLACES = _words("station harbour market river park museum library airport church bridge school")
_ADVERBS = ("", "", "", "really ", "truly ", "particularly ")
_LIKED = _words("liked enjoyed loved admired praised")
_DISLIKED = _words("disliked hated regretted deplored cursed")
_GLAD = _words("happy glad pleased")
_SORRY = _words("sorry sad unhappy")

# A clause judges one thing. {said} and {liked} are words of the clause's own polarity, {other} and
# {disliked} of the opposite one.
_PLAIN = (
    "the {aspect} was {adverb}{said}",
    "the {aspect} seemed {adverb}{said}",
    "the {aspect} turned out to be {adverb}{said}",
    "everyone could see that the {aspect} was {said}",
    "there was something {said} about the {aspect}",
)
_DENIED = (
    "the {aspect} was not {adverb}{other}",
    "the {aspect} was never {adverb}{other}",
    "the {aspect} did not seem {adverb}{other}",
    "the {aspect} was anything but {other}",
    "the {aspect} was far from {other}",
    "nobody could call the {aspect} {other}",
    "nobody could see that the {aspect} was {other}",
    "there was nothing {other} about the {aspect}",
)
_DENIED_TWICE = (
    "nobody could deny that the {aspect} was {said}",
    "nobody would claim that the {aspect} was not {said}",
    "it was impossible not to find the {aspect} {said}",
)
_CORRECTED = (
    "the {aspect} was not {other} but {said}",
    "the {aspect} was not {other}, it was {said}",
    "the {aspect} was {said}, not {other}",
    "the {aspect} was {said} rather than {other}",
    "the {aspect} was more {said} than {other}",
    "the {aspect} was less {other} than {said}",
    "the {aspect} went from {other} to {said}",
)
_PERSONAL = (
    "I found the {aspect} {adverb}{said}",
    "I {liked} the {aspect}",
    "we all {liked} the {aspect}",
    "we did not find the {aspect} {other}",
    "I could not call the {aspect} {other}",
    "I never {disliked} the {aspect}",
    "I could not deny that the {aspect} was {said}",
)
_IMPERSONAL = _PLAIN + _DENIED + _DENIED_TWICE + _CORRECTED

# {main} decides; {side} says the opposite, and is granted, outlived or beside the point.
_CONTRASTS = (
    "{side}, but {main}",
    "{side}, and yet {main}",
    "{side}. Still, {main}",
    "although {side}, {main}",
    "even though {side}, {main}",
    "granted, {side}, but {main}",
    "{main}, although {side}",
    "{main}, even if {side}",
    "{main}, so it hardly mattered that {side}",
    "it hardly mattered that {side}, because {main}",
    "at first {side}, but by the end {main}",
)
# {told} is somebody else's clause, before a verdict on it.
_CONFIRMED = (
    "the critics wrote that {told}, and they were right",
    "{whom} told me that {told}, and that was true",
    "I had heard that {told}. It was all true",
)
_REFUTED = (
    "the critics wrote that {told}, and they were wrong",
    "{whom} told me that {told}, and that was not true",
    "I had heard that {told}. None of it was true",
)
_EXPECTED = (
    "I expected the {aspect} to be {other}, and I was {glad} to be wrong",
    "I expected the {aspect} to be {said}, and I was {glad} to be right",
    "I was {glad} to be wrong about the {aspect}",
    "I was not {sorry} to be wrong about the {aspect}",
    "I have seldom been so {glad} to be wrong",
    "I have seldom been so {glad} to be wrong about the {aspect}",
    "I expected something {other} from the {aspect}, and I was wrong",
    "I expected something {said} from the {aspect}, and I was right",
    "I expected something {other} and got something {said}",
)
_LAYOUTS = ("{verdict}.", "{verdict}. {scene}", "{scene} {verdict}.")


class _Writer:
    """Draws the sentences of one review, all about one topic."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._topic = rng.choice(_TOPICS)
        self._subjects = [
            (group, aspect) for group in self._topic.groups for aspect in group.aspects
        ]
        rng.shuffle(self._subjects)

    def clause(self, templates: Sequence[str], positive: bool) -> str:
        """Judges something that has not been named yet."""
        choice = self._rng.choice
        group, aspect = self._subjects.pop()
        poles = ((group.good, _LIKED, _GLAD), (group.bad, _DISLIKED, _SORRY))
        (said, liked, glad), (other, disliked, sorry) = poles if positive else poles[::-1]
        return choice(templates).format(
            aspect=aspect,
            said=choice(said),
            liked=choice(liked),
            glad=choice(glad),
            other=choice(other),
            disliked=choice(disliked),
            sorry=choice(sorry),
            adverb=choice(_ADVERBS),
        )

    def statement(self, positive: bool) -> str:
        """A single clause, a plain one as often as not: they teach which words praise."""
        kinds = (_PLAIN, _PERSONAL, _DENIED, _CORRECTED, _DENIED_TWICE)
        return self.clause(self._rng.choices(kinds, (12, 5, 3, 2, 1))[0], positive)

    def report(self, positive: bool) -> str:
        """What somebody else said, and whether it was so.

        More are confirmed than refuted: were they as many, neither what was said nor whether it
        was so would tell anything by itself, and some trainings would not find out in time.
        """
        confirmed = self._rng.random() < 0.7
        template = self._rng.choice(_CONFIRMED if confirmed else _REFUTED)
        told = self.clause(_PLAIN + _DENIED, positive == confirmed)
        return template.format(told=told, whom=self._rng.choice(_WHOM))

    def expected(self, positive: bool) -> str:
        """What was expected, and whether it came so."""
        return self.clause(_EXPECTED, positive)

    def scene(self) -> str:
        """A sentence on the circumstances."""
        whom = self._rng.choice(_WHOM)
        return self._rng.choice(self._topic.scenes).format(
            when=self._rng.choice(_WHEN),
            whom=whom,
            Whom=_capitalised(whom),
            place=self._rng.choice(_PLACES),
        )


def _capitalised(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _verdicts(rng: random.Random, writer: _Writer) -> tuple[str, str]:
    """A positive and a negative verdict; a contrast and its reverse hold the same words."""
    (form,) = rng.choices(("statement", "contrast", "report", "expected"), (12, 5, 4, 3))
    if form == "contrast":
        template = rng.choice(_CONTRASTS)
        praise, blame = writer.statement(True), writer.statement(False)
        return template.format(main=praise, side=blame), template.format(main=blame, side=praise)
    draw = {"statement": writer.statement, "report": writer.report, "expected": writer.expected}
    return draw[form](True), draw[form](False)


def reviews(count: int = 6000, seed: int = 0) -> list[tuple[str, str]]:
    """Composes sample reviews of films, books, meals, hotels and telephones.

    Labels alternate, so any even `count` is balanced, and a smaller one gives the beginning of a
    larger one. No text occurs twice.

    Args:
        count: How many reviews.
        seed: Another seed gives other reviews; the same seed gives the same ones.

    Returns:
        `count` pairs of text and label, which is `"positive"` or `"negative"`.

    Raises:
        ValueError: `count` is negative.

    Example:
        >>> for text, label in reviews(2, seed=272):
        ...     print(f"{label}: {text}")
        positive: Although I deplored the lobby, I could not call the pool worn.
        negative: Although I could not call the pool worn, I deplored the lobby.
    """
    check_sizes(count=count)
    rng = random.Random(seed)
    labelled: dict[str, str] = {}
    while len(labelled) < count:
        writer = _Writer(rng)
        layout, scene = rng.choice(_LAYOUTS), writer.scene()
        praise, blame = (
            layout.format(verdict=_capitalised(verdict), scene=scene)
            for verdict in _verdicts(rng, writer)
        )
        if praise in labelled or blame in labelled:
            continue
        labelled[praise] = "positive"
        labelled[blame] = "negative"
    return list(labelled.items())[:count]


def train_and_test() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The reviews that the recipe takes when it is given no data.

    Returns:
        10,000 reviews to train on and 1,000 others to test on.
    """
    rows = reviews(11_000, seed=0)
    return rows[:10_000], rows[10_000:]
