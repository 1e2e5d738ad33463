import re
from pathlib import Path

from setuptools import find_packages, setup

# Not imported: at this point nothing is installed yet.
VERSION = re.search(r'__version__ = "(.+)"', Path("seqkit/__init__.py").read_text(encoding="utf-8"))

setup(
    name="seqkit",
    version=VERSION[1],
    description="Sequence models in Keras 3, from raw text to a verified SavedModel.",
    long_description=Path("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    author="The seqkit developers",
    python_requires=">=3.11",
    packages=find_packages(include=["seqkit", "seqkit.*", "recipes", "recipes.*"]),
    package_data={"seqkit": ["**/*.j2"], "recipes": ["**/*.j2"]},
    # All of what a user can do without extras. The last six are imported where they are used, so
    # that whoever needs none of them does not wait for them.
    install_requires=[
        "tensorflow>=2.21,<2.22",  # text and images to numbers, training, SavedModels
        "keras>=3.15,<3.16",  # networks
        "numpy>=2.0,<3",
        "pyarrow>=18,<27",  # data sets in memory, Parquet files
        "jinja2>=3.1,<4",  # report.html
        "tyro>=1.0,<2",  # command lines
        "scikit-learn>=1.6,<2",  # baselines, scores, stratified splits, the sample of digits
        "sentencepiece>=0.2,<0.3",  # learning a subword dictionary; reading one needs it not
        "sacrebleu>=2.5,<3",  # scores of translations and captions
        "matplotlib>=3.9,<4",  # figures and pictures of report.html
        "tensorflow-datasets>=4.9,<5",  # data sources `tfds:<name>`
        "tensorboard>=2.20,<2.22",  # `log_dir`
    ],
    extras_require={
        "test": [
            "pytest>=8,<10",
            "pytest-xdist>=3.6,<4",
            "hypothesis>=6.100,<7",
            "pandas>=2.2,<4",
            "openpyxl>=3.1,<4",
            "pillow>=11,<14",
            "mido>=1.3,<2",
            "python-crfsuite>=0.9.10,<0.10",
            "ruff>=0.17,<0.18",
            "mypy>=2.0,<3",
        ],
        "dev": ["pre-commit>=4,<5"],
        # The benchmark scripts. The peers they compare seqkit with have environments of their own,
        # one requirements file each.
        "bench": ["pandas>=2.2,<4", "psutil>=6,<8", "python-crfsuite>=0.9.10,<0.10"],
        # Pieces of music as MIDI files.
        "music": ["mido>=1.3,<2"],
        # Data frames and spreadsheets as a source of training data.
        "data": ["pandas>=2.2,<4", "openpyxl>=3.1,<4"],
        # The layers, losses and networks also run on Keras's JAX backend.
        "jax": ["jax>=0.10,<0.11"],
    },
    entry_points={"console_scripts": ["seqkit = seqkit.recipe.command_line:main"]},
    classifiers=[
        "License :: OSI Approved :: Apache Software License",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Text Processing :: Linguistic",
    ],
)
