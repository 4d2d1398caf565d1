# Every target makes .venv first when the lock changed. PYTHON names the interpreter to make it with.
PYTHON ?= python3
IN = $(PYTHON) tools/in_venv.py

.PHONY: setup test prove mutants lint demo screenshots bench metrics settings-page lock

setup:
	@$(IN)

demo:
	@$(IN) python -m sandbox

# Compiled once, and not in every process that the tests start, whatever the machine is set to.
test prove mutants: export PYTHONDONTWRITEBYTECODE =

test: lint
	@$(IN) python -m tests.browser.chromium
	@$(IN) pytest -n auto --maxschedchunk 1

prove:
	@$(IN) python -m tests.browser.chromium
	@$(IN) python -m tests.prove.clocks.faketime
	@$(IN) python -m tests.prove.proxies.programs
	@$(IN) python -m tests.prove

mutants:
	@$(IN) python -m tests.prove.mutants

lint:
	@$(IN) ruff format --check .
	@$(IN) ruff check .
	@$(IN) mypy
	@$(IN) lint-imports

screenshots:
	@$(IN) python -m tests.browser.screenshots

bench:
	@$(IN) python -m benchmarks

metrics:
	@$(IN) python tools/metrics.py

settings-page:
	@$(IN) python tools/settings_page.py

lock:
	uv pip compile --universal --generate-hashes --no-header --no-annotate --group dev pyproject.toml -o requirements.lock
