"""The steps that every recipe takes: read, check, build or grow, fit, score, publish, show."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import keras

from seqkit.evaluation.outcome import Outcome, Scored
from seqkit.export.kept_rows import Rows, read_kept
from seqkit.files.given import given_path, refuse_empty, writable_directory
from seqkit.recipe.command_line import run_recipe
from seqkit.recipe.growth import follow_epochs, settings_to_fine_tune
from seqkit.recipe.looking_back import Measure, look_back
from seqkit.recipe.run_folder import STATE, hold_state, open_run_folder
from seqkit.recipe.settings import Settings
from seqkit.training.run import Run

Model = TypeVar("Model")
Config = TypeVar("Config", bound=Settings)
# `train`, `validation` and `test`.
Parts = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Recipe(Generic[Model, Config]):
    """What one recipe adds to the steps that all of them take.

    Attributes:
        data: what the data may be; the help of `--data`.
        defaults: settings for data of one's own.
        fine_tuning: settings of `fine_tune`.
        load: reads a trained model from the directory of an artefact.
        read: gives `train`, `validation` and `test` of three sources: the data, the validation data
            and the test data, the last two None where they are not given. Takes the settings too,
            and the model to continue from or None.
        check: what to know about the parts before training; has `lines()`.
        build: makes an untrained model of training data and settings.
        grow: makes a trained model that knows the words of more training data.
        fit: trains a model on training and validation data by the settings; `new` says whether it
            is untrained. Gives the figures of each epoch.
        score: scores a model on the test data beside its baselines.
        measure: name and value of the score by which models of the task are compared, of a model on
            some rows.
        publish: writes the artefact of an outcome to a directory.
        show: lines with a few answers.
        sample: built-in data: `train`, and `validation` and `test` where they are not a part of it.
        sample_settings: settings for the sample; None takes the defaults.
        preset: settings for the kind of the data at hand; None takes the defaults.
        learned_from: the data that an untrained model is made of, of the parts and the settings;
            the training data unless others are trained on too.
        fixed: settings that a trained model cannot change, by name, beside its sizes.
        labels: the labels, or tags, that a model knows.
    """

    data: str
    defaults: Config
    fine_tuning: Config
    load: Callable[[str | os.PathLike[str]], Model]
    read: Callable[[Sequence[Any], Config, Model | None], Parts]
    check: Callable[..., Any]
    build: Callable[[Any, Config], Model]
    grow: Callable[[Model, Any, Config], Model]
    fit: Callable[[Model, Any, Any, Config, Run, bool], list[dict[str, float]]]
    score: Callable[[Model, Parts], Scored]
    measure: Measure
    publish: Callable[..., Any]
    show: Callable[[Model, Parts, Config], Sequence[str]]
    sample: Callable[[], Mapping[str, Any]]
    sample_settings: Config | None = None
    preset: Callable[[Any], Config | None] = lambda data: None
    learned_from: Callable[[Parts, Config], Any] = lambda parts, config: parts["train"]
    fixed: Callable[[Model], Mapping[str, Any]] = lambda model: {}
    labels: Callable[[Model], Sequence[str]] = lambda model: ()

    def train(
        self,
        data: Any = None,
        export_path: str | os.PathLike[str] | None = None,
        *,
        validation: Any = None,
        test: Any = None,
        config: Config | None = None,
        resume: bool = False,
        restart: bool = False,
        log_dir: str | os.PathLike[str] | None = None,
    ) -> Model:
        """Trains a model, scores it beside its baselines, and exports it.

        Args:
            data: What to train on; the recipe's `data` says what it may be.
            export_path: Directory for the served model, its card and its report.
            validation: Held-out data that decides when training stops; None takes a part of the
                data.
            test: Held-out data to score on; None takes a part of the data.
            config: Settings of the recipe. What is not given explicitly comes from the settings
                for the sample or for such data, then from the defaults.
            resume: Continue from the last finished epoch of an interrupted run with this export
                path.
            restart: Delete what an interrupted run with this export path left, and begin anew.
            log_dir: Directory for TensorBoard.

        Returns:
            The trained model.

        Raises:
            ValueError: Data or an argument cannot be used, another run writes to the export path,
                or it has what an interrupted run left and neither `resume` nor `restart` is given;
                the message says where and what to do.
            ExportError: The exported model does not answer as the trained one.
        """
        settings = self.settings(data, config)
        refuse_empty({"data": data, "validation": validation, "test": test, **settings.flat()})
        with open_run_folder(export_path, log_dir, resume=resume, restart=restart) as root:
            parts = self.read_parts(data, validation, test, settings)
            return self._run(parts, None, root, settings, resume, log_dir)

    def fine_tune(
        self,
        model_path: str | os.PathLike[str],
        data: Any,
        export_path: str | os.PathLike[str] | None = None,
        *,
        validation: Any = None,
        test: Any = None,
        config: Config | None = None,
        resume: bool = False,
        restart: bool = False,
        log_dir: str | os.PathLike[str] | None = None,
    ) -> Model:
        """Continues from a trained model with more data, in which new words and labels may come.

        Rows of the earlier validation data, which the model's golden.json keeps, tell what it
        forgets. Labels that the new data lack are warned of.

        Args:
            model_path: Directory of the exported model.
            data: As in `train`, but it must be given.
            export_path: Directory for the result; None makes it the model's next version.
            validation: As in `train`.
            test: As in `train`.
            config: As in `train`; what is not given explicitly comes from the settings for
                fine-tuning: a lower rate, and few epochs, but as many steps as little data need
                (`min_steps`) unless `epochs` is given. Sizes and tokenizer are the model's own.
            resume: As in `train`.
            restart: As in `train`.
            log_dir: As in `train`.

        Returns:
            The trained model.

        Raises:
            ValueError: As in `train`, or a setting is given that the model cannot follow.
            ExportError: As in `train`.
        """
        if data is None:
            raise ValueError("data is None: fine_tune needs data to continue with")
        settings = settings_to_fine_tune(config, self.fine_tuning)
        refuse_empty({"data": data, "validation": validation, "test": test, **settings.flat()})
        old = self.load(given_path(model_path, "model_path"))
        self._refuse_other_sizes(old, settings, model_path)
        target = model_path if export_path is None else export_path
        with open_run_folder(target, log_dir, resume=resume, restart=restart) as root:
            parts = self.read((data, validation, test), settings, old)
            kept = read_kept(Path(model_path))
            return self._run(parts, old, root, settings, resume, log_dir, kept)

    def train_and_score(
        self,
        parts: Parts,
        config: Config,
        *,
        old: Model | None = None,
        checkpoints: str | os.PathLike[str] | None = None,
        resume: bool = False,
        restart: bool = False,
        log_dir: str | os.PathLike[str] | None = None,
    ) -> Outcome:
        """Builds, trains, and scores beside the baselines: `train` without reading and export.

        Args:
            parts: `train`, `validation` and `test`, as `read_parts` gives them.
            config: Settings of the recipe.
            old: The model to continue from; None builds a new one.
            checkpoints: Directory for the state after each epoch; None keeps none.
            resume: Continue from the state found there.
            restart: Delete the state found there, and begin anew.
            log_dir: As in `train`.

        Returns:
            The outcome.

        Raises:
            ValueError: Another run keeps its state there, or there is a state and neither `resume`
                nor `restart` is given.
        """
        if log_dir is not None:
            writable_directory(log_dir, "log_dir")
        with contextlib.ExitStack() as held:
            if checkpoints is not None:
                state = given_path(checkpoints, "checkpoints")
                shown = f"checkpoints={os.fspath(checkpoints)!r}"
                held.enter_context(hold_state(state, shown, resume=resume, restart=restart))
            run = Run(checkpoints, resume, log_dir)
            return self._train_and_score(parts, follow_epochs(config, config), old, run)

    def _train_and_score(
        self, parts: Parts, config: Config, old: Model | None, run: Run, kept: Rows | None = None
    ) -> Outcome:
        """Does what `train_and_score` says, in a directory that is held already."""
        checks = self.check(**parts)
        print(*checks.lines(), sep="\n")
        train = parts["train"]
        before = (
            None if old is None else look_back(old, self.labels(old), train, kept, self.measure)
        )
        start = time.perf_counter()
        keras.utils.set_random_seed(config.seed)
        if old is None:
            model = self.build(self.learned_from(parts, config), config)
        else:
            model = self.grow(old, train, config)
        run = run.sharing(**config.flat(), model=None if old is None else _digest(old))
        history = self.fit(model, train, parts["validation"], config, run, old is None)
        minutes = (time.perf_counter() - start) / 60
        scored = self.score(model, parts)
        print(*scored.lines, sep="\n")
        comparison, forgetting = scored.comparison, None
        if before is not None:
            lower_is_better = comparison is not None and comparison.lower_is_better
            forgetting = before.compare(model, lower_is_better=lower_is_better)
            print(*forgetting.lines(), sep="\n")
        return Outcome(
            model,
            scored.scores,
            scored.baselines,
            minutes,
            history,
            checks,
            comparison,
            forgetting,
        )

    def run(self, args: Sequence[str] | None = None) -> Model:
        """Runs `train` with arguments from the command line.

        Args:
            args: The arguments; None takes those of the process.

        Returns:
            The trained model.

        Raises:
            SystemExit: See `seqkit.recipe.command_line.run_recipe`.
        """
        return run_recipe(
            self.train,
            args,
            defaults=self.settings,
            help_of_data=f"{self.data} None takes the built-in sample.",
            module=self.build.__module__,
        )

    def settings(self, data: Any, config: Config | None = None) -> Config:
        """The settings that `train` uses.

        Args:
            data: As in `train`; settings may depend on its kind.
            config: What is given.

        Returns:
            All settings, those given explicitly first.
        """
        preset = self.sample_settings if data is None else self.preset(data)
        if config is None:
            return preset or self.defaults
        return follow_epochs(config if preset is None else config.over(preset), config)

    def read_parts(
        self,
        data: Any = None,
        validation: Any = None,
        test: Any = None,
        config: Config | None = None,
    ) -> Parts:
        """Reads the three parts as `train` does.

        Args:
            data: As in `train`; None takes the sample.
            validation: As in `train`.
            test: As in `train`.
            config: Settings of the recipe.

        Returns:
            `train`, `validation` and `test`.
        """
        settings = self.settings(data, config)
        given = {"train": data, "validation": validation, "test": test}
        if data is None:
            sample = {**dict.fromkeys(given), **self.sample()}
            given = {part: sample[part] if own is None else own for part, own in given.items()}
        return self.read(tuple(given.values()), settings, None)

    def _refuse_other_sizes(self, old: Any, config: Config, path: str | os.PathLike[str]) -> None:
        """Refuses settings that were given explicitly and that the trained model cannot follow."""
        own = {name: getattr(old, name) for name in old.settings if name not in old.adjustable}
        kept = {**own, **dataclasses.asdict(old.network), **self.fixed(old)}
        flat = config.flat()
        for name in sorted(config.given & kept.keys()):
            # None and "auto" leave the choice to the recipe, and the trained model has made it.
            if flat[name] not in (None, "auto") and not _same(flat[name], kept[name]):
                raise ValueError(
                    f"{name}={flat[name]!r} cannot be followed: the model in {os.fspath(path)!r} "
                    f"has {name}={kept[name]!r}. Leave it out, or train a new model with it."
                )

    def _run(
        self,
        parts: Parts,
        old: Model | None,
        root: Path | None,
        config: Config,
        resume: bool,
        log_dir: str | os.PathLike[str] | None,
        kept: Rows | None = None,
    ) -> Model:
        """Trains, exports where a directory is given, and shows a few answers."""
        state = None if root is None else root / STATE
        outcome = self._train_and_score(parts, config, old, Run(state, resume, log_dir), kept)
        if root is not None and state is not None:
            try:
                self.publish(outcome, root, datasets=parts, config=config.flat(), seed=config.seed)
            except Exception as error:
                error.add_note("no training is lost: with resume=True no epoch is trained again")
                raise
            shutil.rmtree(state, ignore_errors=True)
        print(*self.show(outcome.model, parts, config), sep="\n")
        return outcome.model


def _same(one: Any, other: Any) -> bool:
    """Whether two settings are equal; a file holds tuples as lists."""
    return (list(one) if isinstance(one, tuple) else one) == (
        list(other) if isinstance(other, tuple) else other
    )


def _digest(model: Any) -> str:
    """A digest of the model that more training begins from: of its weights."""
    digest = hashlib.sha256()
    for value in model.core.get_weights():
        digest.update(value.tobytes())
    return digest.hexdigest()
