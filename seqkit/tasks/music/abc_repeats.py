"""Repeats, numbered endings and parts of a tune in ABC notation, played out.

Source: The abc music standard 2.1 (2011), sections 3.1.9 and 4.8 to 4.10.
"""

from __future__ import annotations

import dataclasses
import itertools

from seqkit.tasks.music.abc_score import Mark, Sound, Voice


@dataclasses.dataclass
class _Passage:
    """What stands between two places to which a repeat may go.

    Attributes:
        sounds: what is played.
        bars: how many bar lines are in it.
        ending: the mark of an ending, None for what all endings have in common.
        closed: `double` or `end` where a bar line has ended it, for an ending.
    """

    ending: Mark | None = None
    sounds: list[Sound] = dataclasses.field(default_factory=list)
    bars: int = 0
    closed: str = ""


def play_out(voice: Voice, parts: str) -> list[Sound]:
    """All sounds of a voice, in the order in which they are played.

    Args:
        voice: what is written.
        parts: letters of the parts in the order in which they are played; empty for all as written.

    Returns:
        The sounds.

    Raises:
        ValueError: repeats, endings or parts do not fit together; line and column are named.
    """
    if not parts:
        return _Repeats(voice).played
    written = _parts(voice)
    sounds: list[Sound] = []
    for label, run in itertools.groupby(parts):
        times = len(list(run))
        if label not in written:
            raise ValueError(f"the part {label} of P:{parts} is not in the tune")
        repeats = _Repeats(written[label])
        if repeats.most_endings and times > 1:
            # With P:A4, four endings are for the four times that the part is played.
            if not repeats.all_endings or repeats.most_endings != times:
                raise ValueError(
                    f"the part {label} is played {times} times by P:, and has repeats with "
                    f"{repeats.most_endings} endings: it is not clear which is when"
                )
            times = 1
        sounds += repeats.played * times
    return sounds


def _parts(voice: Voice) -> dict[str, Voice]:
    """What is written in each part."""
    parts: dict[str, Voice] = {}
    current: Voice = []
    for item in voice:
        if isinstance(item, Mark) and item.kind == "part":
            if item.label in parts:
                raise ValueError(f"{item.place}: there is another part {item.label}")
            # A repeat that begins where the part before ends, as with ::, is the new part's.
            last = current.pop() if current and _begins_repeat(current[-1]) else None
            current = parts[item.label] = [last] if last else []
        elif not parts and isinstance(item, Sound):
            raise ValueError("music before the first P: belongs to no part that P: could order")
        else:
            current.append(item)
    return parts


def _begins_repeat(item: Sound | Mark) -> bool:
    return isinstance(item, Mark) and item.kind == "start"


class _Repeats:
    """Plays out a voice, or a part of it.

    Attributes:
        played: the sounds.
        most_endings: the highest number of an ending, 0 if there are none.
        all_endings: whether all that is played is one passage and its endings.
    """

    def __init__(self, written: Voice) -> None:
        self.played: list[Sound] = []
        self.most_endings = 0
        self._sections = 0
        self._begin()
        self._after_repeat = False
        for item in written:
            if isinstance(item, Sound):
                self._sound(item)
            else:
                self._mark(item)
        self._flush()
        self.all_endings = self._sections == 1

    def _begin(self) -> None:
        """Begins a passage to which a repeat goes back."""
        self._start: Mark | None = None
        self._common = _Passage()
        self._endings: list[_Passage] = []
        self._part_within: Mark | None = None

    @property
    def _current(self) -> _Passage:
        return self._endings[-1] if self._endings else self._common

    def _mark(self, mark: Mark) -> None:
        actions = {
            **{"bar": self._bar, "double": self._double, "start": self._begin_repeat},
            **{"end": self._end, "ending": self._ending, "part": self._part},
        }
        actions[mark.kind](mark)

    def _sound(self, sound: Sound) -> None:
        if self._current.closed:
            self._flush()
        self._after_repeat = False
        self._current.sounds.append(sound)

    def _bar(self, mark: Mark) -> None:
        self._current.bars += bool(self._current.sounds)

    def _double(self, mark: Mark) -> None:
        if self._endings:
            self._current.closed = self._current.closed or "double"
        elif self._start is None:
            self._flush()
        else:
            self._bar(mark)

    def _part(self, mark: Mark) -> None:
        if self._current.closed:
            self._flush()
        if self._current.sounds and not self._start:
            self._part_within = mark

    def _begin_repeat(self, mark: Mark) -> None:
        if self._start is None or self._endings or self._common.sounds:
            self._flush()
        self._after_repeat = False
        self._start = mark

    def _end(self, mark: Mark) -> None:
        if self._endings:
            self._current.closed = "end"
            self._check_times(mark)
            return
        if not self._common.sounds:
            raise ValueError(f"{mark.place}: the repeat that ends here has no notes")
        self._check_start(mark)
        if self._start and self._start.times != mark.times:
            raise ValueError(
                f"{mark.place}: the repeat ends with {mark.times} colons, but began with "
                f"{self._start.times}, at {self._start.place}"
            )
        self.played += self._common.sounds * (mark.times + 1)
        self._sections += 1
        self._begin()
        self._after_repeat = True

    def _ending(self, mark: Mark) -> None:
        if self._after_repeat:
            raise ValueError(f"{mark.place}: this ending follows a repeat that has no ending 1")
        if self._endings and not self._current.closed:
            raise ValueError(f"{mark.place}: the ending before this one does not end with :|")
        if not self._endings:
            self._check_start(mark)
        self._endings.append(_Passage(mark))

    def _check_start(self, mark: Mark) -> None:
        if self._part_within:
            raise ValueError(
                f"{mark.place}: the repeat that ends here has no |: and a part begins in it, at "
                f"{self._part_within.place}: it is not clear what is repeated"
            )

    def _check_times(self, mark: Mark) -> None:
        if mark.times > 1:
            raise ValueError(f"{mark.place}: a repeat with endings has their number, not colons")

    def _flush(self) -> None:
        """Plays what has been written since the last repeat."""
        common, endings, start = self._common, self._endings, self._start
        if endings:
            self._play_endings(common, endings)
        elif start is not None:
            raise ValueError(f"{start.place}: the repeat that begins here does not end with :|")
        self.played += [] if endings else common.sounds
        self._sections += bool(endings or common.sounds)
        self._begin()

    def _play_endings(self, common: _Passage, endings: list[_Passage]) -> None:
        """Plays a passage with each of its endings."""
        by_number: dict[int, _Passage] = {}
        for ending in endings:
            assert ending.ending is not None
            for number in ending.ending.numbers:
                if number in by_number:
                    raise ValueError(f"{ending.ending.place}: there are two endings {number}")
                by_number[number] = ending
        most = max(by_number)
        last = endings[-1]
        place = last.ending.place if last.ending else ""
        missing = sorted({*range(1, max(most, 2) + 1)} - {*by_number})
        if missing:
            raise ValueError(f"{place}: the ending {missing[0]} is missing")
        if self._start is not None and self._start.times not in (1, most - 1):
            raise ValueError(
                f"{self._start.place}: the repeat begins with {self._start.times} colons, but has "
                f"endings for {most} times"
            )
        if by_number[most] is not last and not last.closed:
            raise ValueError(f"{place}: the ending does not end with :|, and is not the last")
        longest = max(ending.bars for ending in endings[:-1]) if len(endings) > 1 else last.bars
        if last.closed == "end" and last.bars > longest:
            raise ValueError(
                f"{place}: the last ending is longer than the others and ends with :|: it is not "
                "clear where it ends; write || there"
            )
        for number in range(1, most + 1):
            self.played += common.sounds + by_number[number].sounds
        self.most_endings = max(self.most_endings, most)
