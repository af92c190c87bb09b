# Every target calls ./run, which works without make too.

.PHONY: help run test check prove crash bench ux fix setup lock

help:
	@echo 'make run               Spits with demo data, at http://127.0.0.1:8000/'
	@echo 'make test              every test; make test k=closing: those with that in their name'
	@echo 'make check             format, lint, types, layers and more, then every test'
	@echo 'make prove             histories, races, crashes and hostile clients, at SIZE=ci, 0.1 or full'
	@echo 'make crash             of these the crashes alone'
	@echo 'make bench             how fast next call is, beside its limits, at LEADS=100000'
	@echo 'make ux                what people feel in a browser, beside its goals, at LEADS=100000'
	@echo 'make fix               format the code and mend what the linter can'
	@echo 'make setup             the virtual environment, with the tools of developers'
	@echo 'make lock              lock the dependencies of pyproject.toml anew'

run:
	@./run

test:
	@./run test $(if $(k),-k '$(k)')

check:
	@./run check

prove:
	@SIZE='$(SIZE)' ./run prove

crash:
	@SIZE='$(SIZE)' ./run prove tests/proofs/crashes

bench:
	@LEADS='$(LEADS)' ./run bench

ux:
	@LEADS='$(LEADS)' ./run ux

fix:
	@./run fix

setup:
	@./run setup

lock:
	@./run lock
