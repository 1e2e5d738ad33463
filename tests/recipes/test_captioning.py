"""The captioning recipe, whole: from a table of images to a served model, and fine-tuned."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from recipes import captioning
from seqkit.images import encode_images
from seqkit.tasks.captioning.encoders import build_image_encoder
from seqkit.tasks.captioning.model import ImageCaptioner
from seqkit.tasks.captioning.network import ENCODER
from tests.recipes.artefact_contract import check_artefact
from tests.recipes.runs import ask_served, printed_by, without_scores

pytestmark = pytest.mark.slow

SMALL = {
    "height": 32,
    "width": 32,
    "widths": (8, 16),
    "strides": (2, 1),
    "min_count": 1,
    "embedding_dim": 32,
    "hidden_dim": 32,
    "dropout": 0.0,
    "label_smoothing": 0.0,
    "max_length": 8,
    "batch_size": 8,
    "learning_rate": 1e-2,
    "patience": 10,
}
EPOCHS = 10

COLOURS = {"red": (230, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 230)}
SIDES = ("left", "right")
KNOWN = [(colour, side) for colour in COLOURS for side in SIDES]


def picture(colour, side, seed, size=(30, 40)):
    """A square somewhere on one side of a grey ground."""
    rng = np.random.default_rng(seed)
    rows, columns = size
    pixels = np.full((rows, columns, 3), rng.integers(90, 160), np.uint8)
    top, left = rng.integers(rows - 16), rng.integers(columns // 2 - 14)
    left += columns // 2 * (side == "right")
    pixels[top : top + 16, left : left + 14] = colour
    return pixels


def told(colour, side):
    return f"A {colour} square on the {side}"


def made(number, kinds=KNOWN, seed=0):
    """Pictures of each kind in turn."""
    kinds = [kinds[n % len(kinds)] for n in range(number)]
    colours = COLOURS | {"white": (255, 255, 255)}
    return [
        (picture(colours[colour], side, (seed, n)), told(colour, side))
        for n, (colour, side) in enumerate(kinds)
    ]


def write_table(folder, rows):
    """Images in a folder, and beside it the table that names them; its first image is cut off."""
    (folder / "images").mkdir()
    lines = ["image,caption", "cut.png,A square"]
    for n, (image, caption) in enumerate(rows):
        [content] = encode_images([image])
        (folder / "images" / f"{n}.png").write_bytes(content)
        lines += [f"{n}.png,{caption}"] * (1 + n % 2)
    (folder / "images" / "cut.png").write_bytes(content[:60])
    (folder / "all.csv").write_text("\n".join(lines))
    return folder / "all.csv"


def flags(settings):
    for name, value in settings.items():
        yield f"--{name.replace('_', '-')}"
        yield from value if isinstance(value, tuple) else (value,)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A small model, trained once for this module."""
    folder = tmp_path_factory.mktemp("models")
    data = write_table(folder, made(160))
    arguments = ["--data", data, "--export-path", folder / "squares", "--epochs", EPOCHS]
    arguments += [*flags(SMALL), "--bad-images", "skip"]
    model, printed = printed_by(captioning.recipe, arguments)
    return model, folder / "squares", data, printed


def test_train_writes_a_whole_artefact(exported):
    _, path, _, printed = exported
    assert "exported and verified" in printed
    for figure in ("BLEU-4 on ", "  CIDEr-D ", ", exactly right ", " different captions\n"):
        assert figure in printed
    headings = ("Scores on the test data", "Loss by epoch", "On validation data, by epoch")
    headings += ("Best answers", "Most frequent answers", "Data checks")
    card = check_artefact("captioning", path, {"widths": [8, 16]}, headings)
    assert card["training"]["epochs"] == EPOCHS


def test_images_that_were_left_out_are_told(exported):
    _, path, _, printed = exported
    left_out = "1 image dropped: 1 that cannot be used"
    assert left_out in printed
    checks = json.loads((path / "card.json").read_text())["data_checks"]
    assert any(left_out in line for line in checks)


@pytest.mark.score
def test_it_captions_what_it_never_saw(exported):
    model, _, _, _ = exported
    images, captions = zip(*made(60, seed=9), strict=True)
    answers = [answer.text for answer in model.caption(images)]
    right = [answer == text.lower() for answer, text in zip(answers, captions, strict=True)]
    assert np.mean(right) > 0.9  # lowest seen over seeds 0 to 4: 0.95


def test_a_process_without_seqkit_gives_the_same_captions(exported):
    model, path, _, _ = exported
    images = encode_images([image for image, _ in made(6, seed=9)])
    images += encode_images([picture((9, 9, 9), "left", 0, (90, 50))])
    images += [b"", b"no image", images[0][:60]]
    asked = {name: {"image": images} for name in ("serving_default", "n_best", "attention")}
    found = ask_served(path, asked)
    answers, close = model.caption(images), {"rtol": 1e-4, "atol": 1e-5}
    assert found["serving_default"]["caption"] == [answer.text for answer in answers]
    assert found["serving_default"]["error"] == [answer.error for answer in answers]
    assert [bool(answer.error) for answer in answers] == [False] * 7 + [True] * 3
    scores = [answer.score for answer in answers]
    np.testing.assert_allclose(found["serving_default"]["score"], scores, **close)
    texts, scores = found["n_best"]["captions"], found["n_best"]["scores"]
    for row, expected in enumerate(model.n_best(images[:7])):
        assert texts[row] == [answer.text for answer in expected]
        np.testing.assert_allclose(scores[row], [answer.score for answer in expected], **close)
    looked = found["attention"]
    for row, expected in enumerate(model.attention(images)):
        length = len(expected.tokens)
        assert looked["tokens"][row][:length] == list(expected.tokens)
        weights = np.array(looked["attention"][row])[:length]
        np.testing.assert_allclose(weights, expected.attention, **close)


@pytest.mark.score
def test_fine_tune_goes_on_with_new_words_and_a_search(exported, tmp_path):
    old, path, _, _ = exported
    new = [("white", side) for side in SIDES]
    rows = made(96, KNOWN + new, seed=3)
    config = captioning.Config(
        **SMALL | {"learning_rate": 5e-3, "validation_fraction": 0.25}, epochs=8, num_beams=2
    )
    recipe = without_scores(captioning.recipe)
    model = recipe.fine_tune(path, rows, tmp_path / "tuned", config=config)
    assert (old.num_beams, model.num_beams, model.num_best) == (4, 2, 2)
    assert "white" not in old.target.vocabulary and "white" in model.target.vocabulary
    images, captions = zip(*made(8, new + KNOWN, seed=4), strict=True)
    answers = [answer.text for answer in model.caption(images)]
    # Lowest seen over seeds 0 to 2: 8.
    assert [answer == text.lower() for answer, text in zip(answers, captions, strict=True)].count(
        True
    ) >= 6


def test_an_encoder_with_weights_is_frozen_first(tmp_path):
    encoder = build_image_encoder(height=32, width=32, widths=(8, 16), strides=(2, 1), seed=5)
    path = tmp_path / "encoder.weights.h5"
    encoder.get_layer("residual").save_weights(path)
    config = captioning.Config(**SMALL, weights=str(path))
    parts = captioning.recipe.read_parts(made(24), config=config)
    model = captioning.build(parts["train"], config)
    for found, expected in zip(
        model.core.get_layer(ENCODER).get_weights(), encoder.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(found, expected)

    def is_trained(model):
        return bool(model.core.get_layer(ENCODER).trainable_weights)

    thawed = config.replace(freeze=False)
    assert not is_trained(model) and is_trained(captioning.build(parts["train"], thawed))
    # Grown, it is frozen again, unless the settings say otherwise.
    model.save(tmp_path / "model.keras")
    saved = ImageCaptioner.load(tmp_path / "model.keras")
    frozen, whole = (captioning.grow(saved, parts["train"], c) for c in (config, thawed))
    assert not is_trained(frozen) and is_trained(whole)
    for grown in (frozen, whole):
        for found, expected in zip(grown.core.get_weights(), model.core.get_weights(), strict=True):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("table", "flags", "named"),
    [
        (None, [], "there is no such file"),
        ("image,caption\n0.png,a\ngone.png,b\n", [], "line 3: image 'gone.png'"),
        ("image,caption\n0.png,a\ncut.png,b\n", [], "line 3: image 'cut.png'"),
        ("picture,caption\n0.png,a\n", ["--image-column", "photo"], "no column 'photo'"),
        ("image,caption\n0.png,a\n1.png\n", [], "line 3"),
        (
            "image,caption\n" + "".join(f"{n}.png,a\n" for n in range(30)),
            ["--widths", "8"],
            "widths",
        ),
    ],
)
def test_bad_input_ends_with_code_2_and_one_line(tmp_path, capsys, table, flags, named):
    write_table(tmp_path, made(30))
    path = tmp_path / "bad.csv"
    if table is not None:
        path.write_text(table)
    with pytest.raises(SystemExit) as ended:
        captioning.recipe.run(["--data", str(path), *flags])
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and named in line


def test_images_may_lie_in_another_folder(tmp_path):
    table = write_table(tmp_path, made(30))
    moved = Path(shutil.move(tmp_path / "images", tmp_path / "elsewhere"))
    config = captioning.Config(bad_images="skip", image_dir=moved)
    with pytest.warns(UserWarning, match="'cut.png'"):
        parts = captioning.recipe.read_parts(table, config=config)
    names = {Path(name) for part in parts.values() for name in part.to_list("image")}
    assert names == {moved / f"{n}.png" for n in range(30)}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"hidden_dim": 16}, "hidden_dim=16 cannot be followed.*has hidden_dim=32"),
        ({"widths": (8, 8)}, r"widths=\(8, 8\) cannot be followed"),
        ({"weights": "imagenet"}, "weights='imagenet' cannot be followed.*has weights=None"),
        ({"lowercase": False}, "lowercase=False cannot be followed"),
    ],
)
def test_what_a_trained_model_cannot_follow_is_refused(exported, given, named):
    _, path, _, _ = exported
    with pytest.raises(ValueError, match=named):
        captioning.fine_tune(path, made(20), config=captioning.Config(**given))
