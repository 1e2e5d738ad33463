"""Whether a model is as sure as it is right."""

from __future__ import annotations

import numpy as np


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """How far confidence is from accuracy, weighted by how many answers have that confidence.

    Args:
        confidence: `<float>[answers]`, from 0 to 1.
        right: `<bool>[answers]`.
        bins: number of equal intervals of confidence.

    Returns:
        From 0, perfectly calibrated, to 1.

    Example:
        >>> calibration_error(np.array([0.75] * 4), np.array([True, True, True, False]))
        0.0
    """
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[place == b].mean() - right[place == b].mean()) * (place == b).mean()
        for b in np.unique(place)
    ]
    return float(sum(gaps))
