//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// runScenarios runs shared/dev/e2e against the deployed API. Its tests know what the emulator cannot do, and skip that
// with the reason.
func (d *deployer) runScenarios(ctx context.Context, e *deployment) error {
	id := ""
	if e.userPool() {
		var err error
		if id, err = keyID(e.issuer.file); err != nil {
			return err
		}
	}
	cmd := exec.Command(os.Getenv("GOTESTSUM"), "--format=testname", "--format-icons=text", "--",
		"-count=1", "-timeout=40m", "./shared/dev/e2e")
	cmd.Stdout, cmd.Stderr = d.out, os.Stderr
	cmd.Env = append(d.awsEnv(), "EMULATOR=ministack", "BASE_URL="+d.proxy.url,
		"EVENT_BUS="+e.outputs["EventBusName"], "SIGNING_KEY="+e.issuer.file, "SIGNING_KEY_ID="+id,
		"TOKEN_ISSUER="+e.issuer.name, "TOKEN_AUDIENCE="+e.issuer.audience, "MEDIA_LISTEN="+d.mediaAddress,
		"MEDIA_SECRET="+mediaSecret)
	if err := d.wait(ctx, cmd); err != nil {
		return fmt.Errorf("%w; the functions logged:\n%s", err, d.functionErrors(ctx, e))
	}
	return nil
}
