//go:build unix

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

const mediaSecret = "the secret of a media server, 32 bytes"

// A deployment is one environment on the emulator.
type deployment struct {
	setting
	stack     stack
	resources map[string]resource
	outputs   map[string]string
	tokens    tokenSource
}

// deploy deploys the template in the folder, and connects its API.
func (r *rehearsal) deploy(ctx context.Context, d *deployment, folder string, parameters ...string) (err error) {
	parameters = append(r.parameters(d.setting), parameters...)
	if err := r.samDeploy(ctx, filepath.Join(r.root, folder), d.environment, parameters); err != nil {
		return err
	}
	if d.resources, err = d.stack.resources(ctx); err != nil {
		return err
	}
	if d.outputs, err = d.stack.outputs(ctx); err != nil {
		return err
	}
	d.tokens = r.tokenSource(d)
	if err := r.connectRoutes(ctx, d.stack, d.resources); err != nil {
		return err
	}
	id := d.resources["Api"].ID
	r.front.api.Store(&id)
	return nil
}

// parameters are those of the environment, as far as the emulator can do what they mean, and what an emulator needs.
func (r *rehearsal) parameters(s setting) []string {
	given := slices.DeleteFunc(slices.Clone(s.parameters), func(p string) bool { return cannot[p] != "" })
	given = append(given, "Architecture="+r.architecture, "AwsEndpoint="+r.emulator.url, "PublicUrl="+r.front.url,
		"TrustedProxy="+r.front.secretSum(), "Webhooks=true", "PrivateWebhooks=true",
		"Media=livekit", "MediaUrl=ws://"+r.mediaAddress, "MediaKey=APIkey", "MediaSecretArn="+r.mediaSecret)
	if !s.userPool() {
		given = append(given, "TokenIssuer="+r.front.url, "TokenAudience="+audience)
	}
	return given
}

func (s setting) userPool() bool { return slices.Contains(s.parameters, "UserPool=true") }

// rehearse deploys, updates, uses, restores and deletes one environment.
func (r *rehearsal) rehearse(ctx context.Context, s setting) (report, error) {
	d := &deployment{setting: s, stack: r.emulator.stack(s.stack)}
	fmt.Fprintf(r.out, "\n%s: the stack %s with %s\n", s.environment, s.stack, strings.Join(s.parameters, " "))
	result := report{environment: s.environment}
	for _, p := range s.parameters {
		if why := cannot[p]; why != "" {
			result.excluded = append(result.excluded, "the parameter "+p+": "+why)
		}
	}
	var written ada
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"a first deployment that fails", func() error { return r.failFirst(ctx, d) }},
		{"the first deployment, of the oldest template", func() error { return r.deploy(ctx, d, oldFolder, "Protect=false") }},
		{"data through the API", func() (err error) { written, err = r.writeData(ctx, d); return err }},
		{"the update to today's template", func() error { return r.update(ctx, d, written) }},
		{"the story", func() (err error) { result.told, err = r.tellStory(ctx, d); return err }},
		{"the restore of the table", func() error { return r.restore(ctx, d, written) }},
		{"the deletion", func() error { return r.deleteStack(ctx, d) }},
	} {
		if err := r.step(s.environment+": "+step.what, step.do); err != nil {
			return result, err
		}
	}
	result.excluded = append(result.excluded, result.told.excluded...)
	return result, nil
}

// A report is what became of one environment.
type report struct {
	environment string
	told        tally
	excluded    []string
}

// update deploys today's template, and fails if that lost anything.
func (r *rehearsal) update(ctx context.Context, d *deployment, written ada) error {
	before, outputs := d.resources, d.outputs
	if err := r.deploy(ctx, d, builtFolder, "Protect=true"); err != nil { // a parameter that is not given keeps its value
		return err
	}
	lost, err := d.stack.replacements(ctx)
	if err != nil {
		return err
	}
	lost = append(lost, replaced(before, d.resources)...)
	for name, was := range outputs {
		if is := d.outputs[name]; is != was {
			lost = append(lost, fmt.Sprintf("the output %s was %s and is %q", name, was, is))
		}
	}
	if len(lost) > 0 {
		return fmt.Errorf("the update loses what must last:\n%s", strings.Join(lost, "\n"))
	}
	fmt.Fprintln(r.out, "    no table, pool, key, queue, bus, log group or API was replaced")
	return r.readData(ctx, d, written)
}

// prepareMedia chooses where the media server of the story listens, and makes its secret, as an operator does.
func (r *rehearsal) prepareMedia(ctx context.Context) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	r.mediaAddress = "127.0.0.1:" + port
	var made struct{ ARN string }
	err = r.aws(ctx, &made, "secretsmanager", "create-secret", "--name", "media-server", "--secret-string", mediaSecret)
	r.mediaSecret = made.ARN
	return err
}

// functionErrors are the last errors that the functions logged.
func (r *rehearsal) functionErrors(ctx context.Context, d *deployment) string {
	var found struct{ Events []struct{ Message string } }
	if err := r.aws(ctx, &found, "logs", "filter-log-events", "--log-group-name", d.outputs["LogName"]); err != nil {
		return err.Error()
	}
	var lines []string
	for _, event := range found.Events {
		if strings.Contains(event.Message, `"level":"ERROR"`) {
			lines = append(lines, event.Message)
		}
	}
	const most = 10
	return strings.Join(lines[max(0, len(lines)-most):], "\n")
}
