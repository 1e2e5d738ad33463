"""Sample conversations in which what is answered follows from what was said before the question.

The first speaker tells something, the second says it back, the first asks about it, and the second
answers: "My name is Ann." "Hello, Ann." "What is my name?" "Your name is Ann." What the first will
say next nobody can know. Every turn of the second follows from the two turns before it, and an
answer hardly ever from the question alone: "The second, please." gets tea or coffee.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from recipes.samples.sizes import check_sizes


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NAMES = _words(
    "Ann Ben Carla David Elif Farid Greta Hugo Ines Jonas Kira Leo Mina Noor Oscar Petra Quentin "
    "Rosa Sami Tara Ulla Viktor Wanda Xenia Yusuf Zoe"
)
_SNACKS = _words(
    "tea coffee milk water juice soup bread cheese rice cake salad fruit honey toast soda"
)
_THINGS = _words(
    "book key lamp map pen phone ring scarf ticket umbrella watch wallet letter camera hat"
)
_PLACES = _words("attic bathroom bedroom cellar garage garden hall kitchen library office shed car")
_ANIMALS = _words("cat dog horse parrot rabbit goat hamster turtle pony canary")
_VEHICLES = _words("train bus boat ferry tram plane coach")
_HOURS = _words("one two three four five six seven eight nine ten eleven twelve")


@dataclass(frozen=True)
class _Exchange:
    """Four turns: what may be told, what is said back, and what may be asked with its answer."""

    told: tuple[str, ...]
    said_back: str
    asked: tuple[tuple[str, ...], ...]

    @classmethod
    def read(cls, lines: str) -> _Exchange:
        """Reads what may be told, what is said back, and each question with its answer."""
        told, said_back, *asked = lines.replace("\n/ ", " / ").splitlines()
        return cls(tuple(told.split(" / ")), said_back, tuple(tuple(q.split(" > ")) for q in asked))


# First what may be told, in several ways; then what is said back; then questions > answers.
_WHAT_IS_SAID = """\
My name is {name}. / I am {name}. / People call me {name}.
Hello, {name}.
What is my name? > Your name is {name}.
Do you remember who I am? > You are {name}.

I came with {name} and {name2}. / Here are {name} and {name2}.
Welcome, {name} and {name2}.
Whom did I name first? > {name} came first.
Whom did I name last? > {name2} came last.

{name} is older than {name2}. / {name} was born before {name2}.
So {name2} is younger than {name}.
Who is the older one? > {name} is older.
Who is the younger one? > {name2} is younger.

We have {snack} and {snack2}. / There is {snack}, and there is {snack2}.
Would you like {snack} or {snack2}?
The first, please. > Here is your {snack}.
The second, please. > Here is your {snack2}.
Both, please. > Here are {snack} and {snack2}.
Neither, thank you. > No {snack} and no {snack2} for you, then.

I like {snack} but not {snack2}. / I prefer {snack} to {snack2}.
You would rather have {snack} than {snack2}.
What shall we buy? > We shall buy {snack}.
What shall we leave out? > We shall leave out {snack2}.

I left the {thing} in the {place} and the {thing2} in the {place2}.
/ My {thing} is in the {place} and my {thing2} in the {place2}.
The {thing} is in the {place}, the {thing2} in the {place2}.
Where is the {thing}? > The {thing} is in the {place}.
Where is the {thing2}? > The {thing2} is in the {place2}.
What is in the {place}? > The {thing} is in the {place}.
What is in the {place2}? > The {thing2} is in the {place2}.

I have a {animal} called {name}. / My {animal} is called {name}.
{name} is a good name for a {animal}.
What is it called? > It is called {name}.
What animal is it? > {name} is a {animal}.

The {vehicle} leaves at {hour}. / At {hour} the {vehicle} leaves.
It is the {vehicle} at {hour}.
When does it leave? > It leaves at {hour}.
And the next, an hour later? > The next {vehicle} leaves at {later}.
Is there one an hour earlier? > Yes, a {vehicle} leaves at {earlier}."""
_EXCHANGES = tuple(map(_Exchange.read, _WHAT_IS_SAID.split("\n\n")))


def small_talk(count: int = 3000, seed: int = 0) -> list[list[str]]:
    """Composes conversations of four or eight turns.

    The turns at odd places, counted from 0, are the second speaker's.

    Args:
        count: How many conversations; fewer are the beginning of more.
        seed: Another seed gives other conversations; the same seed gives the same ones.

    Returns:
        Lists of turns, none of them twice, as `seqkit.data.read_turns` takes them.

    Raises:
        ValueError: `count` is negative.

    Example:
        >>> for turn in small_talk(1, seed=22)[0]:
        ...     print(turn)
        There is cheese, and there is milk.
        Would you like cheese or milk?
        The second, please.
        Here is your milk.
    """
    check_sizes(count=count)
    rng = random.Random(seed)
    conversations: dict[tuple[str, ...], None] = {}
    while len(conversations) < count:
        exchanges = rng.sample(_EXCHANGES, rng.choice((1, 2)))
        turns = [turn for exchange in exchanges for turn in _turns(exchange, rng)]
        conversations[tuple(turns)] = None
    return [list(turns) for turns in conversations]


def _turns(exchange: _Exchange, rng: random.Random) -> list[str]:
    """The four turns of an exchange about something drawn by chance."""
    values = {
        slot + number: value
        for slot, choices in (
            ("name", _NAMES),
            ("snack", _SNACKS),
            ("thing", _THINGS),
            ("place", _PLACES),
        )
        for number, value in zip(("", "2"), rng.sample(choices, 2), strict=True)
    }
    values["animal"] = rng.choice(_ANIMALS)
    values["vehicle"] = rng.choice(_VEHICLES)
    hour = rng.randrange(12)
    for slot, later in (("earlier", -1), ("hour", 0), ("later", 1)):
        values[slot] = _HOURS[(hour + later) % 12]
    question, answer = rng.choice(exchange.asked)
    turns = (rng.choice(exchange.told), exchange.said_back, question, answer)
    return [turn.format_map(values) for turn in turns]
