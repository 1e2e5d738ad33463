"""Streams as ids, and the windows of an epoch."""

import numpy as np
import pytest

from seqkit.data import read_stream
from seqkit.tasks.language_modeling.stream_batches import EncodedStream, StreamBatches
from seqkit.text import CharTokenizer, TextEncoder, Vocabulary, WordTokenizer

LETTERS = TextEncoder(
    CharTokenizer(), Vocabulary.from_counts(dict.fromkeys("abcdefghijklmnopqrstuvwxyz \n", 1))
)
BOS, EOS = 2, 3


def names(ids):
    tokens = LETTERS.vocabulary.tokens
    return ["".join(tokens[i] if i > EOS else f"<{i}>" for i in row) for row in ids]


def windows(batches, epoch=0):
    batches.epoch = epoch
    found = []
    for inputs, wanted in batches.dataset():
        read, begins = inputs["token_ids"].numpy(), inputs["begins"].numpy()
        found.append((names(read), begins.tolist(), names(wanted.numpy())))
    return found


def test_documents_end_with_eos_and_begin_with_bos():
    stream = EncodedStream(read_stream(["ab\nc", "de"]).pieces(), LETTERS)
    before, wanted = stream.window(0, len(stream))
    assert names([before, wanted]) == ["<2>ab\nc<2>de", "ab\nc<3>de<3>"]


def test_it_does_not_matter_how_text_is_cut_into_pieces():
    text = "one line\nand another line\n" * 9
    whole, pieces = (
        EncodedStream(read_stream([text]).pieces(size), LETTERS).token_ids for size in (10_000, 7)
    )
    assert np.array_equal(whole, pieces)


def test_a_view_that_ends_within_a_document_has_no_eos():
    stream = EncodedStream(read_stream(["abcdef"]).slice(0, 3).pieces(), LETTERS)
    assert names([stream.token_ids]) == ["abc"]


def test_a_row_of_a_batch_goes_on_where_it_was():
    text = "".join(chr(ord("a") + i % 26) for i in range(24))
    batches = StreamBatches(
        EncodedStream(read_stream([text]).pieces(), LETTERS), batch_size=2, window=4, seed=0
    )
    found = windows(batches)
    assert len(found) == len(batches) == 3
    assert found[0] == (["<2>abc", "<2>mno"], [True, True], ["abcd", "mnop"])
    assert found[1] == (["defg", "pqrs"], [False, False], ["efgh", "qrst"])
    assert found[2][2] == ["ijkl", "uvwx"]


def test_every_epoch_begins_elsewhere_where_a_line_does():
    text = "\n".join("abcdefghi"[i % 5 :] for i in range(400)) + "\n"
    stream = EncodedStream(read_stream([text]).pieces(), LETTERS)
    batches = StreamBatches(stream, batch_size=4, window=8, seed=0)
    beginnings = []
    for epoch in range(3):
        batches.epoch = epoch
        beginnings.append(batches.starts())
        for start in batches.starts():
            before = stream.window(start - 1, 1)[1] if start else [EOS]
            assert names([before]) in (["\n"], ["<3>"])
        assert all(row.startswith("<2>") for row in windows(batches, epoch)[0][0])
    assert len({tuple(starts) for starts in beginnings}) == 3
    batches.epoch = 1
    assert batches.starts() == beginnings[1]


def test_words_have_no_lines_and_rows_begin_anywhere():
    words = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 2, "b": 1}))
    stream = EncodedStream(read_stream(["a b " * 50]).pieces(), words)
    batches = StreamBatches(stream, batch_size=4, window=5, seed=0)
    assert batches.starts() == [0, 25, 50, 75]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_short_stream_is_one_row(size):
    stream = EncodedStream(read_stream(["abcde"[:size]]).pieces(), LETTERS)
    batches = StreamBatches(stream, batch_size=8, window=100, seed=0)
    assert batches.batch_size == 1 and batches.window == size + 1
    [(_, begins, wanted)] = windows(batches)
    assert wanted == ["abcde"[:size] + "<3>"] and begins == [True]


def test_all_but_a_rest_of_the_stream_is_read():
    text = "abcdefghij" * 50
    batches = StreamBatches(
        EncodedStream(read_stream([text]).pieces(), LETTERS), batch_size=3, window=16, seed=0
    )
    read = sum(len(row) for _, _, wanted in windows(batches) for row in wanted)
    assert len(text) - 3 * 16 < read <= len(text)


def test_text_without_a_token_is_refused():
    words = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 2}))
    with pytest.raises(ValueError, match="no token"):
        EncodedStream(iter(()), words)


@pytest.mark.parametrize(
    ("argument", "message"),
    [("batch_size", "batch_size=0 must be at least 1"), ("window", "window is 0")],
)
def test_sizes_are_positive(argument, message):
    stream = EncodedStream(read_stream(["abc"]).pieces(), LETTERS)
    with pytest.raises(ValueError, match=message):
        StreamBatches(stream, **{"batch_size": 1, "window": 2, "seed": 0, argument: 0})
