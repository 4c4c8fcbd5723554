package template_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/interop"
)

// variablesOfMake are set by make itself, or by people for make.
var variablesOfMake = []string{"ARCHITECTURE", "ENV", "PARAMETERS", "MAKEFLAGS", "MFLAGS"}

// runMake runs make in the root folder, without these variables.
func runMake(t *testing.T, arguments ...string) (output string, err error) {
	t.Helper()
	interop.Make.Need(t)
	cmd := exec.CommandContext(t.Context(), "make", append([]string{"--no-print-directory"}, arguments...)...)
	cmd.Dir = ours(t, nil).Root
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); !slices.Contains(variablesOfMake, name) {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	text, err := cmd.CombinedOutput()
	return string(text), err
}

func environments(t *testing.T) []template.Environment {
	t.Helper()
	all, err := template.Environments(ours(t, nil).Root)
	if err != nil || len(all) != 3 {
		t.Fatalf("samconfig.toml has the environments %v (%v), want default, staging and prod", all, err)
	}
	return all
}

func TestDeployRefusesUnknownEnvironments(t *testing.T) {
	for _, environment := range []string{"", "nowhere", "prod staging", "prod.deploy"} {
		output, err := runMake(t, "deploy", "ENV="+environment)
		want := "samconfig.toml has no section [" + environment + ".deploy.parameters]; it has default staging prod"
		if err == nil || !strings.Contains(output, want) || strings.Contains(output, "--config-env") {
			t.Errorf("ENV=%s: %v, %s", environment, err, output)
		}
	}
}

// One variable sets the architecture of the build and of the template. What make passes on the command line replaces
// the parameters of samconfig.toml, so it must contain them.
func TestDeployPassesParametersAndArchitecture(t *testing.T) {
	declared := ours(t, nil).Functions[0].Architecture
	for _, e := range environments(t) {
		for given, want := range map[string]string{"": declared, "ARCHITECTURE=x86_64": "x86_64"} {
			arguments := []string{"--dry-run", "deploy", "ENV=" + e.Name, "PARAMETERS=LogLevel=warn"}
			if given != "" {
				arguments = append(arguments, given)
			}
			output, err := runMake(t, arguments...)
			overrides := strings.Join(e.Parameters, " ") + " Architecture=" + want + " LogLevel=warn"
			deploy := "deploy --config-env " + e.Name + " --parameter-overrides " + overrides
			if err != nil || strings.Count(output, "Architecture="+want) != 2 || !strings.Contains(output, deploy) {
				t.Errorf("%v: want %s and the same architecture in the build: %v\n%s", arguments, deploy, err, output)
			}
		}
		for _, parameter := range e.Parameters {
			name, value, _ := strings.Cut(parameter, "=")
			if name == "Architecture" {
				t.Errorf("%s names an architecture, which make does", e.Name)
			}
			ours(t, map[string]string{name: value}) // fails if there is no such parameter
		}
	}
}
