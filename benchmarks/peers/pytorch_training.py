"""Trains the same layers in PyTorch for an epoch at a time.

Variants: `padded`, shuffled batches, each padded to its longest text; `packed`, the same as packed
sequences, as most PyTorch toolkits do; `bucketed`, padded batches of texts of about one length.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.texts import TextWorkload, look_up_ids


class Classifier(nn.Module):
    """Embedding, recurrent layer in both directions, attention and maximum over time, logits."""

    def __init__(self, config: dict[str, Any], packed: bool) -> None:
        super().__init__()
        width = 2 * config["hidden_dim"]
        recurrent = {"gru": nn.GRU, "lstm": nn.LSTM}[config["cell"]]
        self.packed = packed
        self.embedding = nn.Embedding(
            config["vocabulary_size"], config["embedding_dim"], padding_idx=0
        )
        self.dropout = nn.Dropout(config["dropout"])
        self.recurrent = recurrent(
            config["embedding_dim"], config["hidden_dim"], bidirectional=True, batch_first=True
        )
        self.attention = nn.Linear(width, width)
        self.query = nn.Linear(width, 1, bias=False)
        self.head = nn.Linear(2 * width, 2)

    def forward(self, token_ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Gives `<float32>[batch, 2]` of `<int64>[batch, length]` and `<int64>[batch]`."""
        x = self.dropout(self.embedding(token_ids))
        if self.packed:
            x = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        states = self.recurrent(x)[0]
        if self.packed:
            states = pad_packed_sequence(states, batch_first=True)[0]
        padding = (token_ids == 0).unsqueeze(-1)
        scores = self.query(torch.tanh(self.attention(states)))
        weights = torch.softmax(scores.masked_fill(padding, -1e9), dim=1)
        attended = (states * weights).sum(dim=1)
        highest = states.masked_fill(padding, -1e9).amax(dim=1)
        return self.head(self.dropout(torch.cat([attended, highest], dim=-1)))


class Trainer:
    """One model with its optimizer and its way to make batches.

    Args:
        config: sizes, as all who are compared have them.
        ids: `<int64>[words]` of each text.
        labels: 0 or 1 for each.
        variant: `padded`, `packed` or `bucketed`.
    """

    def __init__(
        self, config: dict[str, Any], ids: list[np.ndarray], labels: list[int], variant: str
    ) -> None:
        torch.manual_seed(config["seed"])
        self.model = Classifier(config, variant == "packed")
        # The fused one is the fastest that PyTorch has on a CPU.
        self.optimizer = torch.optim.Adam(
            self.model.parameters(), config["learning_rate"], fused=True
        )
        self.bucketed = variant == "bucketed"
        self.batch_size = config["batch_size"]
        self.random = np.random.default_rng(config["seed"])
        self.ids = ids
        self.lengths = np.array([len(text) for text in ids])
        self.labels = torch.tensor(labels)

    def epoch(self, rows: int | None = None) -> dict[str, float]:
        """Trains once on every text, or on the first ones.

        Args:
            rows: how many.

        Returns:
            `loss`, the mean over the batches.
        """
        self.model.train()
        total, number = 0.0, 0
        for batch in self._batches(len(self.ids) if rows is None else rows):
            lengths = torch.from_numpy(self.lengths[batch])
            padded = np.zeros((len(batch), int(lengths.max())), np.int64)
            for row, index in enumerate(batch):
                padded[row, : self.lengths[index]] = self.ids[index]
            logits = self.model(torch.from_numpy(padded), lengths)
            loss = nn.functional.cross_entropy(logits, self.labels[batch])
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            total, number = total + loss.item(), number + 1
        return {"loss": total / number}

    def _batches(self, rows: int) -> Iterator[np.ndarray]:
        order = self.random.permutation(rows)
        if self.bucketed:
            order = order[np.argsort(self.lengths[order], kind="stable")]
        batches = [order[i : i + self.batch_size] for i in range(0, rows, self.batch_size)]
        if self.bucketed:
            batches = [batches[i] for i in self.random.permutation(len(batches))]
        yield from batches


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes a model for each variant and warms it up."""
    config = read_config()
    torch.set_num_threads(config["threads"])
    work = TextWorkload.read(config["workload"])
    ids = look_up_ids(work)
    works: dict[str, Work] = {}
    for variant in ("padded", "packed", "bucketed"):
        trainer = Trainer(config, ids, work.labels, variant)
        trainer.epoch(config["warm_up_rows"])
        works[variant] = trainer.epoch
    return works, {"torch": torch.__version__}


if __name__ == "__main__":
    serve(prepare)
