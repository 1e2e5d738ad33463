"""The type in which this processor computes large matrix products fastest."""

from __future__ import annotations

from pathlib import Path

# What Linux calls Intel's units for matrices of bfloat16, and instructions for vectors of them.
_UNITS = {"amx_bf16", "avx512_bf16"}


def fast_product_dtype(cpuinfo: Path = Path("/proc/cpuinfo")) -> str | None:
    """The type for products that need not be exact, such as those of a loss with a vocabulary.

    Exported models do not use it: their graph goes to other processors.

    Args:
        cpuinfo: where Linux lists what the processor can do.

    Returns:
        `"bfloat16"` on a processor that has units or instructions for it, where float32 takes
        about twice as long; None elsewhere, where bfloat16 would take longer, or where the
        file is missing.
    """
    try:
        lines = cpuinfo.read_text("utf-8", errors="replace")
    except OSError:
        return None
    flags = next((line for line in lines.splitlines() if line.startswith("flags")), "")
    return "bfloat16" if _UNITS & set(flags.split()) else None
