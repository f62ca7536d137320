"""Runs every benchmark there is (scripts/bench_*.py), one after the other; 1 when any misses its figure."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Those named ("notify"), or all of them."""
    names = arguments or sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))
    codes = []
    for name in names:
        print(f"=== {name}", flush=True)
        codes.append(
            subprocess.run([sys.executable, "-m", f"scripts.bench_{name}"], cwd=FOLDER.parent, check=False).returncode
        )
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
