"""What the training of all tasks shares: settings, batches, the loop and its checkpoints."""

from seqkit.training.batches import EpochBatches
from seqkit.training.loop import TrainingState, train_core
from seqkit.training.run import Run
from seqkit.training.schedule import epochs_within, warm_up_and_decay
from seqkit.training.settings import TrainingSettings

__all__ = [
    "EpochBatches",
    "Run",
    "TrainingSettings",
    "TrainingState",
    "epochs_within",
    "train_core",
    "warm_up_and_decay",
]
