//go:build unix

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/template"
)

const (
	mediaSecret = "the secret of a media server, 32 bytes"
	mailDomain  = "example.com"
	mailFrom    = "Personal Rooms <rooms@" + mailDomain + ">"
)

// unsupported are the parameters of samconfig.toml that the emulator cannot process, with the reason. They are left
// out.
var unsupported = map[string]string{
	"Alarms=true":            "its CloudFormation refuses alarms with metric math",
	"GradualDeployment=true": "it has no CodeDeploy, and its SAM transform does not know parameter values",
}

// A deployment is one environment on the emulator.
type deployment struct {
	template.Environment
	resources map[string]resource
	outputs   map[string]string
	issuer    issuerKey
}

func (d *deployment) userPool() bool { return slices.Contains(d.Parameters, "UserPool=true") }

// rehearse deploys, updates, tests, restores and deletes one environment.
func (d *deployer) rehearse(ctx context.Context, e template.Environment) error {
	deployed := &deployment{Environment: e}
	fmt.Fprintf(d.out, "\n%s: the stack %s with %s\n", e.Name, e.Stack, strings.Join(e.Parameters, " "))
	for _, p := range e.Parameters {
		if why := unsupported[p]; why != "" {
			fmt.Fprintf(d.out, "    without the parameter %s: %s\n", p, why)
		}
	}
	var written data
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"a first deployment that fails", func() error { return d.failFirst(ctx, deployed) }},
		{"the first deployment, of the oldest template",
			func() error { return d.deploy(ctx, deployed, oldFolder, "Protect=false") }},
		{"data through the API", func() (err error) { written, err = d.writeData(ctx, deployed); return err }},
		{"the update to today's template", func() error { return d.update(ctx, deployed, written) }},
		{"the scenarios", func() error { return d.runScenarios(ctx, deployed) }},
		{"the restore of the table", func() error { return d.restore(ctx, deployed, written) }},
		{"the deletion", func() error { return d.deleteStack(ctx, deployed) }},
	} {
		if err := d.step(e.Name+": "+step.name, step.do); err != nil {
			return err
		}
	}
	fmt.Fprintf(d.out, "\n%s: deployed, updated, tested, restored and deleted\n", e.Name)
	return nil
}

// deploy deploys the template in the folder, and connects its API.
func (d *deployer) deploy(ctx context.Context, e *deployment, folder string, parameters ...string) (err error) {
	if err := d.samDeploy(ctx, folder, e.Name, append(d.parameters(e), parameters...)); err != nil {
		return err
	}
	if e.resources, err = d.resources(ctx, e.Stack); err != nil {
		return err
	}
	if e.outputs, err = d.outputs(ctx, e.Stack); err != nil {
		return err
	}
	e.issuer = d.issuerOf(e)
	return d.connectAPI(ctx, folder, e.resources, e.issuer)
}

// parameters returns the environment's parameters without those that the emulator cannot process, and what an emulator
// needs.
func (d *deployer) parameters(e *deployment) []string {
	given := slices.DeleteFunc(slices.Clone(e.Parameters), func(p string) bool { return unsupported[p] != "" })
	given = append(given, "Architecture="+d.architecture, "AwsEndpoint="+d.emulator.url, "PublicUrl="+d.proxy.url,
		"TrustedProxy="+d.proxy.secretSum(), "Webhooks=true", "PrivateWebhooks=true",
		"Media=livekit", "MediaUrl=ws://"+d.mediaAddress, "MediaKey=APIkey", "MediaSecretArn="+d.mediaARN)
	if e.userPool() {
		return append(given, "SignInPrefix="+e.Stack)
	}
	return append(given, "TokenIssuer="+d.proxy.url, "TokenAudience="+issuer.Audience)
}

// update deploys today's template. It fails if that replaces a stateful resource, changes an output or loses data.
func (d *deployer) update(ctx context.Context, e *deployment, written data) error {
	outputs := e.outputs
	// A parameter that is not given keeps its value. The oldest template does not have those of the doorbell and of
	// mails.
	err := d.deploy(ctx, e, builtFolder, "Protect=true", "Doorbell=true", `MailFrom="`+mailFrom+`"`, "MailIdentityArn="+d.mailIdentity)
	if err != nil {
		return err
	}
	lost, err := d.replacements(ctx, e.Stack)
	if err != nil {
		return err
	}
	for name, was := range outputs {
		if is := e.outputs[name]; is != was {
			lost = append(lost, fmt.Sprintf("the output %s was %s and is %q", name, was, is))
		}
	}
	if len(lost) > 0 {
		return fmt.Errorf("the update replaces stateful resources:\n%s", strings.Join(lost, "\n"))
	}
	fmt.Fprintln(d.out, "    no table, pool, key, queue, bus, log group or API was replaced")
	return d.readData(ctx, e, written)
}

// functionErrors returns the last errors that the functions logged.
func (d *deployer) functionErrors(ctx context.Context, e *deployment) string {
	var found struct{ Events []struct{ Message string } }
	if err := d.aws(ctx, &found, "logs", "filter-log-events", "--log-group-name", e.outputs["LogName"]); err != nil {
		return err.Error()
	}
	var lines []string
	for _, event := range found.Events {
		if strings.Contains(event.Message, `"level":"ERROR"`) {
			lines = append(lines, event.Message)
		}
	}
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

// path returns a path below the root.
func (d *deployer) path(name string) string { return filepath.Join(d.root, name) }
