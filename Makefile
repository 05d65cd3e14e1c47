.PHONY: help run reset test bench lint lock
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: ## starts the whole portal; PORT=8123 make run chooses the port
	@exec bash bpic/bootstrap.sh run

reset: ## returns to the example year
	@exec bash bpic/bootstrap.sh reset

test: ## runs every test; T="-k approve" chooses some
	@exec bash bpic/bootstrap.sh test $(T)

bench: ## measures pages against the yardstick
	@exec bash bpic/bootstrap.sh bench

lint: ## ruff, mypy and the arrows between the rooms
	@exec bash bpic/bootstrap.sh lint

lock: ## writes the locks anew from requirements/*.in
	@exec bash bpic/bootstrap.sh lock --upgrade
