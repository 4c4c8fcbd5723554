# Personal rooms. `make` alone tells what there is to do.

# The processor that the functions are built for, and the template's Architecture parameter: arm64 or x86_64.
export ARCHITECTURE ?= arm64

# How a function is built; shared/local builds with the same flags.
BUILD_FLAGS := -trimpath -buildvcs=false -ldflags "-s -w" -tags lambda.norpc,timetzdata

FUNCTIONS     := $(shell sed -n 's/^  \([A-Za-z]*\)Function:$$/\1/p' template.yaml)
GOARCH_arm64  := arm64
GOARCH_x86_64 := amd64

.DEFAULT_GOAL := help

.PHONY: help run test bench lint fmt clean

help: ## Show this help
	@echo "make TARGET, where TARGET is one of"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: need-go ## Run everything here, without Docker or a cloud account (PORT, DATA_DIR, DYNAMODB_ENDPOINT)
	@go build -o bin/personal-rooms ./shared/local/run
	@exec bin/personal-rooms

test: need-go need-cc ## Run every test, on a real DynamoDB Local
	@go run ./shared/local/run prepare
	go vet ./...
	go test -race ./...

bench: need-go ## Measure how fast the functions start
	@go run ./shared/local/bench

lint: need-go ## Check format and code
	@unformatted=$$(gofmt -l functions shared); \
		test -z "$$unformatted" || { echo "run make fmt, which changes:"; echo "$$unformatted"; exit 1; }
	go vet ./...

fmt: need-go ## Format the code
	gofmt -w functions shared

clean: ## Remove what was built here (data and DynamoDB Local stay in your cache folder)
	rm -rf bin .aws-sam

# For the cloud. `sam build` calls one of these per function and says where to put it in ARTIFACTS_DIR.
BUILDS := $(FUNCTIONS:%=build-%Function)
.PHONY: $(BUILDS)

$(BUILDS): build-%Function: need-go
	@test -n "$(GOARCH_$(ARCHITECTURE))" || { echo "ARCHITECTURE is $(ARCHITECTURE), and must be arm64 or x86_64" >&2; exit 1; }
	@test -n "$(ARTIFACTS_DIR)" || { echo "ARTIFACTS_DIR is not set: use sam build" >&2; exit 1; }
	CGO_ENABLED=0 GOOS=linux GOARCH=$(GOARCH_$(ARCHITECTURE)) go build $(BUILD_FLAGS) \
		-o $(ARTIFACTS_DIR)/bootstrap ./functions/$(shell echo $* | tr A-Z a-z)

# Prerequisites, each one sentence when it is missing. Java and npm are checked by what uses them.
.PHONY: need-go need-cc

need-go:
	@command -v go >/dev/null || { echo "Go is needed: install the version that go.mod names, or newer" >&2; exit 1; }

need-cc:
	@command -v $$(go env CC) >/dev/null || { echo "A C compiler is needed for the race detector: install gcc or clang" >&2; exit 1; }
