# Every target makes .venv first when the lock changed. PYTHON names the interpreter to make it with.
PYTHON ?= python3
IN = $(PYTHON) tools/in_venv.py

.PHONY: setup test lint demo bench lock

setup:
	@$(IN)

demo:
	@$(IN) python -m sandbox

test: lint
	@$(IN) pytest -n auto

lint:
	@$(IN) ruff format --check .
	@$(IN) ruff check .
	@$(IN) mypy
	@$(IN) lint-imports

bench:
	@$(IN) python -m benchmarks

lock:
	uv pip compile --universal --generate-hashes --no-header --no-annotate --group dev pyproject.toml -o requirements.lock
