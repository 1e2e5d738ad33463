"""What type large matrix products are fastest in on this processor."""

from __future__ import annotations

from pathlib import Path

# What Linux calls Intel's units for matrices of bfloat16, and instructions for vectors of them.
_UNITS = {"amx_bf16", "avx512_bf16"}


def fast_product_dtype(cpuinfo: Path = Path("/proc/cpuinfo")) -> str | None:
    """The type for products that need not be exact, such as those of a loss with a vocabulary.

    It is not asked for in models that are exported: their graph goes to other processors.

    Args:
        cpuinfo: where Linux tells what the processor can.

    Returns:
        `"bfloat16"` on a processor that has units or instructions for it, where float32 takes
        about twice as long; None elsewhere, where bfloat16 would take longer, or where nothing is
        told.
    """
    try:
        told = cpuinfo.read_text("utf-8", errors="replace")
    except OSError:
        return None
    flags = next((line for line in told.splitlines() if line.startswith("flags")), "")
    return "bfloat16" if _UNITS & set(flags.split()) else None
