"""The type of large products follows what the processor says of itself."""

import pytest

from seqkit.training.fast_products import fast_product_dtype


@pytest.mark.parametrize(
    ("told", "dtype"),
    [
        ("processor : 0\nflags\t\t: fpu avx512_bf16 amx_bf16 amx_tile\n", "bfloat16"),
        ("processor : 0\nflags\t\t: fpu avx512f avx512_bf16\n", "bfloat16"),
        ("processor : 0\nflags\t\t: fpu avx512f\n", None),
        ("processor : 0\nFeatures : fp asimd bf16\nmodel name : amx_bf16\n", None),
        ("", None),
    ],
)
def test_bfloat16_is_taken_where_there_are_units_for_it(tmp_path, told, dtype):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(told)
    assert fast_product_dtype(cpuinfo) == dtype


def test_nothing_is_taken_where_nothing_is_told(tmp_path):
    assert fast_product_dtype(tmp_path / "absent") is None
