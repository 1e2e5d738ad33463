"""Puts a model and everything that belongs to it in place, whole and verified, or not at all.

The order, and what is there should the process or the machine stop after a step:

1. A lock is taken: exports to one directory follow each other, so that no two take the same
   version number. What a stopped export left in `.seqkit` is removed.
2. Everything is written below `.seqkit/export-*`, in the layout it will have.
3. It is verified there, in a clean process. On a mismatch it is kept in `.seqkit/failed`, and the
   previous artefact stays as it was.
4. It is flushed to the disk. Until here, nothing that was there before has changed.
5. `serving/<n>` is renamed into place. A server takes it up at once: it is whole and verified. The
   files beside it are still the previous ones; `seqkit verify` says so, and asks to
   export again.
6. The files replace the previous ones by renaming, each whole at any time, and card.json, which
   says which version they describe, last.
7. Older versions are removed, if `keep` says so.

Nothing else in the directory is touched.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqkit.export import card as cards
from seqkit.export import golden as goldens
from seqkit.export import kept_rows, layout, manifest, saved_model
from seqkit.export.errors import ExportError
from seqkit.export.saved_model import Servable
from seqkit.export.verify import VerifyResult, verify
from seqkit.files.given import writable_directory
from seqkit.files.lock import wait_for
from seqkit.files.whole import explain_errors

_MOST_SHOWN = 10
_WHOLE = "make room and export again; what was exported before is unchanged"


@dataclass(frozen=True)
class Artefact:
    """An exported model.

    Attributes:
        path: its directory.
        version: the served version written last.
        verified: what was found when it was verified.
    """

    path: Path
    version: int
    verified: VerifyResult

    @property
    def model(self) -> Path:
        """The `.keras` file, with which training continues."""
        return self.path / layout.MODEL

    @property
    def serving(self) -> Path:
        """The SavedModel of this version; its parent is what TensorFlow Serving is pointed at."""
        return self.path / layout.SERVING / str(self.version)

    @property
    def report(self) -> Path:
        """The page with the figures."""
        return self.path / layout.REPORT

    def read_card(self) -> dict[str, Any]:
        """Reads card.json."""
        return layout.read_json(self.path / layout.CARD)


def write(
    servable: Servable,
    export_path: str | os.PathLike[str],
    *,
    golden: Mapping[str, Mapping[str, Any]],
    card: Mapping[str, Any],
    report: str,
    kept: Mapping[str, Any] | None = None,
    files: Mapping[str, bytes] | None = None,
    keep: int | None = None,
    tolerance: float = goldens.ABSOLUTE_TOLERANCE,
) -> Artefact:
    """Exports a model as files that any TensorFlow process can serve, and verifies them in one.

    Args:
        servable: the model; see `Servable`.
        export_path: the directory; made where it is missing. A model exported there before gets
            another served version beside the first.
        golden: inputs to answer now and compare with at every verification, as nested lists of
            values (`str`, `bytes` or numbers) by input name by signature. Every signature that has
            inputs needs some.
        card: facts for card.json and card.md, in their order: `name`, `task`, `data` (by split:
            `name`, `sha256`, `license`, `examples`, ...), `config`, `seed`, `scores` (by score:
            `model`, `baseline`), `unknown_rate` and `unknown_token_rate` (by split), and any
            others. Versions, sizes, signatures, hashes and the date are added.
        report: the page of `seqkit.export.report.render`.
        kept: validation rows for golden.json, see `seqkit.export.kept_rows`.
        files: further files, by name, to lie beside the report.
        keep: how many served versions to keep, this one included; None keeps all.
        tolerance: by how much a float may differ in the clean process. For a model that computes
            in half precision, 1e-2.

    Returns:
        The exported model.

    Raises:
        ExportError: the directory holds files of something else, the model cannot be served, or
            the clean process answers differently: the message says what differed and where the
            files are kept. The previously exported version stays as it was.
        ValueError: an argument is wrong.
        OSError: the disk is full: the message says how much is missing.

    Example:
        >>> import tempfile
        >>> import keras
        >>> import tensorflow as tf
        >>> class Line:
        ...     core = keras.Sequential([keras.Input([1]), keras.layers.Dense(1)])
        ...
        ...     def signatures(self):
        ...         @tf.function(input_signature=[tf.TensorSpec([None, 1], tf.float32, "x")])
        ...         def serving_default(x):
        ...             "Gives the line's height."
        ...             return {"y": self.core(x, training=False)}
        ...
        ...         return {"serving_default": serving_default}
        ...
        ...     def trackables(self):
        ...         return [variable.value for variable in self.core.variables]
        ...
        ...     def save(self, path):
        ...         self.core.save(path)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     artefact = write(
        ...         Line(),
        ...         folder,
        ...         golden={"serving_default": {"x": [[1.0], [2.0]]}},
        ...         card={"name": "line"},
        ...         report="<!doctype html>",
        ...     )
        >>> artefact.version, artefact.verified.ok
        (1, True)
    """
    if keep is not None and keep < 1:
        raise ValueError(f"keep={keep}: give how many versions to keep, 1 or more, or None for all")
    facts, files = cards.check(card), dict(files or {})
    _check_names(files)
    root = check_target(export_path)
    with _locked(root) as work:
        _remove_leftovers(work)
        version = _next_version(root)
        staged = Path(tempfile.mkdtemp(prefix="export-", dir=work))
        try:
            # The weights twice, for serving and for training; all else is small beside them.
            size = 2 * sum(weight.numpy().nbytes for weight in servable.core.weights)
            with explain_errors(root, size, "the files of an export", _WHOLE):
                for name, content in files.items():
                    (staged / name).write_bytes(content)
                _stage(servable, staged, version, golden, kept, facts, report, tolerance)
            verified = verify(staged)
            if not verified.ok:
                raise ExportError(_refusal(verified, _keep_failed(staged, work)))
            _flush(staged)
            _publish(staged, root, version)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        shutil.rmtree(work / "failed", ignore_errors=True)
        if keep is not None:
            _prune(root, work, keep)
    return Artefact(root, version, verified)


def check_target(export_path: str | os.PathLike[str]) -> Path:
    """Checks, before hours of training, that a model can be exported to a directory.

    Args:
        export_path: the directory; made where it is missing.

    Returns:
        Its absolute path.

    Raises:
        ValueError: it is empty, not a directory, or cannot be made or written to.
        ExportError: it holds files with the names of an artefact's that no export wrote.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     check_target(folder + "/reviews").name
        'reviews'
    """
    root = writable_directory(export_path, "export_path")
    foreign = [name for name in layout.FILES if (root / name).exists()]
    if foreign and not (root / layout.WORK).is_dir() and not _read_card(root):
        raise ExportError(
            f"export_path={os.fspath(export_path)!r} holds {', '.join(foreign)}, which no export "
            "wrote and this one would replace: give another directory"
        )
    return root


def _check_names(files: Mapping[str, bytes]) -> None:
    """Further files must not stand for those of every artefact, nor lie elsewhere."""
    for name in files:
        taken = name in (*layout.FILES, layout.SERVING, layout.WORK)
        if taken or not name or name != Path(name).name or name.startswith("."):
            raise ValueError(
                f"files has {name!r}: give a plain name that no file of every artefact has"
            )


def _read_card(root: Path) -> dict[str, Any]:
    """Reads the card of an artefact; an empty one where there is no such card."""
    try:
        card = layout.read_json(root / layout.CARD)
    except (OSError, ValueError):
        return {}
    return card if card.get("format") in layout.FORMATS else {}


def _stage(
    servable: Servable,
    staged: Path,
    version: int,
    golden: Mapping[str, Mapping[str, Any]],
    kept: Mapping[str, Any] | None,
    facts: Mapping[str, Any],
    report: str,
    tolerance: float,
) -> None:
    """Writes all files in the layout they will have."""
    served = staged / layout.SERVING / str(version)
    served.parent.mkdir()
    description = saved_model.save(servable, served)
    # Made anew, not as traced for saving: where training has a GPU, these answers come from it, and
    # the clean process compares the plain operations with them.
    answers = goldens.answer(servable.signatures(), description["signatures"], golden, tolerance)
    if kept is not None:
        answers[kept_rows.VALIDATION] = dict(kept)
    servable.save(staged / layout.MODEL)
    # Beside the newest version for people, and inside each for clients: a server that goes back
    # to an older version, or takes up a newer one, finds the names that belong to it.
    extra = served / layout.EXTRA
    extra.mkdir(exist_ok=True)
    for place in (staged, extra):
        (place / layout.SIGNATURES).write_text(cards.dump(description), encoding="utf-8")
    (staged / layout.GOLDEN).write_text(cards.dump(answers), encoding="utf-8")
    (staged / layout.REPORT).write_text(report, encoding="utf-8")
    card = cards.complete(facts, staged, version, description["signatures"])
    (staged / layout.CARD).write_text(cards.dump(card), encoding="utf-8")
    (staged / layout.CARD_PAGE).write_text(cards.page(card), encoding="utf-8")
    manifest.write(staged, version)


def _publish(staged: Path, root: Path, version: int) -> None:
    served = Path(layout.SERVING, str(version))
    (root / layout.SERVING).mkdir(exist_ok=True)
    others = manifest.names_beside(staged, version) - set(layout.FILES)
    before = manifest.names_beside(root, max(layout.versions(root), default=0))
    # rename, unlike replace, refuses everywhere to overwrite a version that is there.
    os.rename(staged / served, root / served)
    for name in (*sorted(others), *layout.FILES):
        os.replace(staged / name, root / name)
    for name in before - others - set(layout.FILES):  # Of the version before alone.
        (root / name).unlink(missing_ok=True)
    _flush_directory(root / layout.SERVING)
    _flush_directory(root)


def _next_version(root: Path) -> int:
    # A number is not given twice, even where the version has been removed.
    described = _read_card(root).get("serving", {}).get("version", 0)
    return max([described, *layout.versions(root)]) + 1


def _prune(root: Path, work: Path, keep: int) -> None:
    for version in layout.versions(root)[:-keep]:
        # Moved out first: a server never sees half a version.
        removed = work / f"export-removed-{version}"
        os.rename(root / layout.SERVING / str(version), removed)
        shutil.rmtree(removed, ignore_errors=True)


def _refusal(verified: VerifyResult, kept: Path) -> str:
    shown = [f"  {problem}" for problem in verified.problems[:_MOST_SHOWN]]
    more = len(verified.problems) - _MOST_SHOWN
    if more > 0:
        shown.append(f"  and {more} more")
    return "\n".join(
        [
            "the exported model does not answer as this process does, so it was not put in place:",
            *shown,
            f"what was exported before is unchanged; the refused files are kept in {kept}",
        ]
    )


def _keep_failed(staged: Path, work: Path) -> Path:
    kept = work / "failed"
    shutil.rmtree(kept, ignore_errors=True)
    os.rename(staged, kept)
    return kept


def _remove_leftovers(work: Path) -> None:
    """Removes what stopped exports left: under the lock, nobody is still writing it."""
    for path in work.glob("export-*"):
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _locked(root: Path) -> Iterator[Path]:
    work = root / layout.WORK
    work.mkdir(exist_ok=True)
    with wait_for(work / "lock"):
        yield work


def _flush(directory: Path) -> None:
    """Makes the files survive a power cut before their names point to them."""
    for path in layout.files_below(directory):
        with path.open("rb") as file:
            os.fsync(file.fileno())
    for folder in (directory, *(path for path in directory.rglob("*") if path.is_dir())):
        _flush_directory(folder)


def _flush_directory(directory: Path) -> None:
    if os.name == "posix":  # Elsewhere a directory cannot be opened.
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
