"""Make `.venv` match `requirements.lock`, then run the rest of the command line inside it.

Standard library only: this is what runs before anything is installed. A stamp of the lock and of pyproject.toml
makes every later call a matter of milliseconds.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "paylink.stamp"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")


def stamp() -> str:
    """What the environment was made from; a change of either file makes it anew."""
    made_from = (ROOT / "requirements.lock").read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(made_from + sys.version.encode()).hexdigest()


def install() -> None:
    """Create the environment and install exactly what the lock names, by hash, then the project itself."""
    print("Installing into .venv (once; about a minute)", file=sys.stderr)
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, ImportError):
        sys.exit("Python's venv module is incomplete here. On Debian and Ubuntu: apt-get install python3-venv")
    pip = [str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    try:
        subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True)
    except subprocess.CalledProcessError:
        sys.exit(
            "pip could not install what requirements.lock names; the lines above say why. Behind a proxy or a mirror, "
            "set pip up first (pip config), then run the same command again."
        )
    STAMP.write_text(stamp())


def main() -> None:
    """Install when needed, then become the given command."""
    if sys.version_info < (3, 11):  # noqa: UP036  whoever runs this may have an older one
        sys.exit(f"Paylink needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.12")
    if not STAMP.exists() or STAMP.read_text() != stamp():
        install()
    if sys.argv[1:]:
        os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
        os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
