"""Trains a language model of the same layers in PyTorch for a round at a time; variant `train`.

`nn.Embedding`, `nn.LSTM` and `nn.Linear` on the same windows: as many rows as a batch has, each
continuing from the state that the window before left, detached. Adam is PyTorch's fused one; all
gradients together are clipped by their norm.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.characters import LanguageWorkload


class CharacterModel(nn.Module):
    """Embedding, a recurrent layer, and scores of the character to come."""

    def __init__(self, config: dict[str, Any], vocabulary_size: int) -> None:
        super().__init__()
        hidden = config["hidden_dim"]
        recurrent = {"gru": nn.GRU, "lstm": nn.LSTM, "simple_rnn": nn.RNN}[config["cell"]]
        self.embedding = nn.Embedding(vocabulary_size, config["embedding_dim"])
        self.recurrent = recurrent(config["embedding_dim"], hidden, batch_first=True)
        self.dropout = nn.Dropout(config["dropout"])
        self.head = nn.Linear(hidden, vocabulary_size)

    def forward(self, token_ids: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any]:
        """Gives `<float32>[batch, window, vocabulary]`, and the state after the window."""
        outputs, state = self.recurrent(self.embedding(token_ids), state)
        return self.head(self.dropout(outputs)), state


class Trainer:
    """A model with its optimizer and its windows.

    Args:
        config: sizes, as all who are compared have them.
        ids: `<int64>[characters]`, the text of a round.
        vocabulary_size: number of ids.
    """

    def __init__(self, config: dict[str, Any], ids: np.ndarray, vocabulary_size: int) -> None:
        torch.manual_seed(config["seed"])
        self.model = CharacterModel(config, vocabulary_size)
        # The fused one is the fastest that PyTorch has on a CPU.
        self.optimizer = torch.optim.Adam(
            self.model.parameters(), config["learning_rate"], fused=True
        )
        self.clip_norm = config["clip_norm"]
        self.window = config["window"]
        # One character more than is read: each is to be told by those before it.
        width = (len(ids) - 1) // config["batch_size"] // self.window * self.window
        starts = width * np.arange(config["batch_size"])
        places = starts[:, np.newaxis] + np.arange(width + 1)
        self.rows = torch.from_numpy(ids[places])

    @property
    def characters(self) -> int:
        """Characters that a round is trained on."""
        return self.rows.shape[0] * (self.rows.shape[1] - 1)

    def epoch(self) -> dict[str, Any]:
        """Trains on every window once, from the first on.

        Returns:
            `loss`, the mean over the windows, and `characters`.
        """
        self.model.train()
        total, number, state = 0.0, 0, None
        for start in range(0, self.rows.shape[1] - 1, self.window):
            before = self.rows[:, start : start + self.window]
            following = self.rows[:, start + 1 : start + 1 + self.window]
            logits, state = self.model(before, state)
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), following.flatten())
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), self.clip_norm)
            self.optimizer.step()
            total, number = total + loss.item(), number + 1
        return {"loss": total / number, "characters": self.characters}


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the model and warms it up."""
    config = read_config()
    torch.set_num_threads(config["threads"])
    work = LanguageWorkload.read(config["workload"])
    number = {sign: i for i, sign in enumerate(work.alphabet)}
    text = work.text[: work.characters + 1]
    trainer = Trainer(config, np.array([number[sign] for sign in text]), len(number))
    trainer.epoch()
    return {"train": trainer.epoch}, {
        "torch": torch.__version__,
        "parameters": sum(weight.numel() for weight in trainer.model.parameters()),
    }


if __name__ == "__main__":
    serve(prepare)
