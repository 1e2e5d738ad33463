"""What the training of all tasks shares: the loop, its schedule and its checkpoints."""

from seqkit.training.loop import TrainingState, train_core
from seqkit.training.schedule import epochs_within, warm_up_and_decay

__all__ = ["TrainingState", "epochs_within", "train_core", "warm_up_and_decay"]
