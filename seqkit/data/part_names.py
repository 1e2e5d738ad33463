"""What people call the parts of their data."""

from __future__ import annotations

# 'restval' is what Karpathy's splits of COCO have for more of train.
PARTS = {
    "train": "train",
    "training": "train",
    "restval": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}
