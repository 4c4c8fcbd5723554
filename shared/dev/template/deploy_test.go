package template_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/interop"
)

// What make, samconfig.toml and template.yaml must agree on, so that what is built is what is declared.

// dryRun is what make would do.
func dryRun(t *testing.T, arguments ...string) (said string, err error) {
	t.Helper()
	interop.Make.Need(t)
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "make", append([]string{"--no-print-directory"}, arguments...)...)
	cmd.Dir = root
	for _, variable := range os.Environ() { // as if nobody had given make anything
		if name, _, _ := strings.Cut(variable, "="); !slices.Contains([]string{"ARCHITECTURE", "ENV", "PARAMETERS", "MAKEFLAGS", "MFLAGS"}, name) {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	text, err := cmd.CombinedOutput()
	return string(text), err
}

func TestDeployRefusesAnEnvironmentWithoutASection(t *testing.T) {
	for _, environment := range []string{"", "nowhere", "prod staging", "prod.deploy"} {
		said, err := dryRun(t, "deploy", "ENV="+environment)
		if err == nil || !strings.Contains(said, "samconfig.toml has no section ["+environment+".deploy.parameters]; it has default staging prod") {
			t.Errorf("ENV=%s: %v, %s", environment, err, said)
		}
		if strings.Contains(said, "sam ") && strings.Contains(said, "--config-env") {
			t.Errorf("ENV=%s: it went on: %s", environment, said)
		}
	}
}

func TestOneVariableSetsWhatIsBuiltAndWhatIsDeclared(t *testing.T) {
	declared := ours(t, nil).Functions[0].Architecture
	for given, want := range map[string]string{"": declared, "ARCHITECTURE=x86_64": "x86_64", "ARCHITECTURE=arm64": "arm64"} {
		for _, environment := range []string{"default", "staging", "prod"} {
			arguments := []string{"--dry-run", "deploy", "ENV=" + environment}
			if given != "" {
				arguments = append(arguments, given)
			}
			said, err := dryRun(t, arguments...)
			if n := strings.Count(said, "Architecture="+want); err != nil || n != 2 {
				t.Errorf("%v: %d times for %s, want once to build and once to deploy: %v\n%s", arguments, n, want, err, said)
			}
		}
	}
}

// What make hands on replaces what samconfig.toml says, so it must say all of that again.
func TestDeployHandsOnTheEnvironmentsParameters(t *testing.T) {
	for _, environment := range []string{"default", "staging", "prod"} {
		section := section(t, environment+".deploy.parameters")
		overrides := regexp.MustCompile(`(?m)^parameter_overrides = \[(.*)\]$`).FindStringSubmatch(section)
		if overrides == nil {
			t.Fatalf("%s has no parameter_overrides on one line", environment)
		}
		want := strings.NewReplacer(`", "`, " ", `"`, "").Replace(overrides[1])
		said, err := dryRun(t, "--dry-run", "deploy", "ENV="+environment, "PARAMETERS=LogLevel=warn")
		if err != nil || !strings.Contains(said, "deploy --config-env "+environment+" --parameter-overrides "+want+" Architecture=arm64 LogLevel=warn") {
			t.Errorf("%s: %v\n%s", environment, err, said)
		}
		for parameter := range strings.FieldsSeq(want) {
			name, value, _ := strings.Cut(parameter, "=")
			if name == "Architecture" {
				t.Errorf("%s names an architecture, which make does", environment)
			}
			ours(t, map[string]string{name: value}) // there is such a parameter
		}
	}
}

func TestEveryEnvironmentHasSettingsOfItsOwn(t *testing.T) {
	for _, environment := range []string{"default", "staging", "prod"} {
		section(t, environment+".validate.parameters")
		if !strings.Contains(section(t, environment+".build.parameters"), "build_in_source = true\nparallel = true\n") {
			t.Errorf("%s does not build in source and in parallel", environment)
		}
		deploy := section(t, environment+".deploy.parameters")
		for _, setting := range []string{"stack_name", "region", "capabilities", "resolve_s3", "s3_prefix", "confirm_changeset", "tags"} {
			if !strings.Contains(deploy, "\n"+setting+" = ") {
				t.Errorf("%s does not say %s", environment, setting)
			}
		}
	}
}

// section is a section of samconfig.toml, with its heading.
func section(t *testing.T, name string) string {
	t.Helper()
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "samconfig.toml"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n["+name+"]\n")
	if !found {
		t.Fatalf("samconfig.toml has no section %s", name)
	}
	body, _, _ := strings.Cut(rest, "\n[")
	return "\n" + body + "\n"
}
