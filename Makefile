# Everything runs in .venv, which is made anew only where setup.py or constraints.txt have changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

# TensorFlow takes 15 s to import instead of 3 where no bytecode may be cached.
unexport PYTHONDONTWRITEBYTECODE
export TF_CPP_MIN_LOG_LEVEL := 2

.DEFAULT_GOAL := help
.PHONY: help demo test check clean

help: ## list these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

# Compiled here since some installers compile no bytecode; a failure is ignored since some packages
# ship templates that are not Python.
$(READY): setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[test]'
	-$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib > /dev/null
	touch $@

demo: $(READY) ## train briefly on the built-in sample reviews, export to saved_models/demo
	$(BIN)/python -m recipes.sentiment --export-path saved_models/demo --epochs 4 $(ARGS)

# A file's tests stay in one process, since they share traced graphs; slow files come first.
test: $(READY) ## run all tests (ARGS="-k word -x" passes arguments to pytest)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(READY) ## lint, formatting, types, and the examples in docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy seqkit recipes
	$(BIN)/python -m pytest -n 2 --dist loadfile --doctest-modules seqkit recipes

clean: ## remove the environment and caches, but no trained model
	rm -rf $(VENV) .cache .hypothesis build dist ./*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
