"""The sample of conversations: what the second speaker says follows from the two turns before."""

import re
from collections import defaultdict

import pytest

from recipes.samples.small_talk import small_talk
from seqkit.data import read_turns


@pytest.fixture(scope="module")
def sample():
    return small_talk()


def replies(conversations, history):
    """What the second speaker says to each source, and how often it is said."""
    found = defaultdict(list)
    for turns in conversations:
        for place in range(1, len(turns), 2):
            found[tuple(turns[max(place - history, 0) : place])].append(turns[place])
    return found


def test_the_same_seed_gives_the_same_conversations_and_another_gives_others(sample):
    assert small_talk() == sample
    assert small_talk(seed=1) != sample


def test_fewer_conversations_are_the_beginning_of_more(sample):
    for count in (0, 1, 101):
        assert small_talk(count) == sample[:count]


def test_no_conversation_occurs_twice(sample):
    assert len({tuple(turns) for turns in sample}) == len(sample) == 3000
    assert {len(turns) for turns in sample} == {4, 8}


def test_turns_are_sentences_with_no_slot_left_open(sample):
    sentence = re.compile(r"[A-Z][A-Za-z]*,?( [A-Za-z]+,?)*[.?]")
    assert [turn for turns in sample for turn in turns if not sentence.fullmatch(turn)] == []


def test_two_turns_tell_every_reply(sample):
    assert all(len(set(said)) == 1 for said in replies(sample, 2).values())


def test_the_last_turn_alone_seldom_tells_an_answer(sample):
    answers = [turns[i - 1 : i + 1] for turns in sample for i in range(3, len(turns), 4)]
    by_question = defaultdict(list)
    for question, answer in answers:
        by_question[question].append(answer)
    best = sum(max(map(said.count, set(said))) for said in by_question.values())
    assert best / len(answers) < 0.25


def test_new_conversations_are_of_known_words(sample):
    def words(conversations):
        return {word for turns in conversations for turn in turns for word in turn.split()}

    assert words(sample[2700:]) <= words(sample[:2700])


def test_an_hour_later_and_earlier_goes_round_the_clock(sample):
    said = {tuple(turns[i : i + 3]) for turns in sample for i in range(1, len(turns) - 2, 4)}
    later, earlier = "And the next, an hour later?", "Is there one an hour earlier?"
    assert ("It is the bus at twelve.", later, "The next bus leaves at one.") in said
    assert ("It is the bus at one.", earlier, "Yes, a bus leaves at twelve.") in said


def test_the_sample_is_read_as_pairs(sample):
    pairs = read_turns(sample)
    assert len(pairs) == sum(len(turns) - 1 for turns in sample)


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match=r"count must be 0 or more, got -1"):
        small_talk(-1)
