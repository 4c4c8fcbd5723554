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
	if d.tokens, err = r.tokenSource(d); err != nil {
		return err
	}
	if err := r.connectRoutes(ctx, d.stack, d.resources, d.tokens); err != nil {
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

// rehearse deploys, uses and deletes one environment.
func (r *rehearsal) rehearse(ctx context.Context, s setting) error {
	d := &deployment{setting: s, stack: r.emulator.stack(s.stack)}
	fmt.Fprintf(r.out, "\n%s: the stack %s with %s\n", s.environment, s.stack, strings.Join(s.parameters, " "))
	for _, p := range s.parameters {
		if why := cannot[p]; why != "" {
			fmt.Fprintf(r.out, "    excluded: %s: %s\n", p, why)
		}
	}
	var told tally
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"deploying today's template", func() error { return r.deploy(ctx, d, builtFolder) }},
		{"the story", func() (err error) { told, err = r.tellStory(ctx, d); return err }},
	} {
		if err := r.step(s.environment+": "+step.what, step.do); err != nil {
			return err
		}
	}
	fmt.Fprintf(r.out, "%s: %s\n", s.environment, told)
	return nil
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
