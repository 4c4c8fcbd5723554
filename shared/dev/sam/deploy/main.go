//go:build unix

// Command deploy deploys the bundle to an AWS emulator on this machine, with the real `sam build` and `sam deploy`,
// without Docker and without a cloud account. `make deploy-local` calls it.
//
//	deploy ENVIRONMENT…    deploys these environments of samconfig.toml; all, if the only argument is all
//
// For each environment it deploys the oldest template, writes data through the API, updates the stack to today's
// template, runs the scenarios of shared/dev/e2e, restores the table by the commands of shared/docs/restore.md, and
// deletes the stack. rehearse.go lists the parameters that the emulator cannot process,
// shared/dev/e2e/exclusions_test.go the other limits.
//
// SAM and GOTESTSUM are the commands to use, ARCHITECTURE is the processor that the functions are built for.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/template"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "\ndeploy-local:", err)
		os.Exit(1)
	}
}

func run(arguments []string, out io.Writer) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	root, err := template.FindRoot(".")
	if err != nil {
		return err
	}
	environments, err := choose(root, arguments)
	if err != nil {
		return err
	}
	lock, err := process.LockFolder(filepath.Join(root, workFolder))
	if err != nil {
		return err
	}
	defer lock.Unlock()
	d := &deployer{
		root: root, out: out,
		architecture: cmp.Or(os.Getenv("ARCHITECTURE"), "x86_64"), samProgram: cmp.Or(os.Getenv("SAM"), "sam"),
	}
	defer d.close()
	if err := d.start(ctx); err != nil {
		return err
	}
	for _, e := range environments {
		if err := d.rehearse(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// choose returns the environments with these names, in the order of samconfig.toml.
func choose(root string, names []string) ([]template.Environment, error) {
	all, err := template.Environments(root)
	if err != nil || slices.Equal(names, []string{"all"}) {
		return all, err
	}
	for _, name := range names {
		if !slices.ContainsFunc(all, func(e template.Environment) bool { return e.Name == name }) {
			return nil, fmt.Errorf("samconfig.toml has no section [%s.deploy.parameters]", name)
		}
	}
	return slices.DeleteFunc(all, func(e template.Environment) bool { return !slices.Contains(names, e.Name) }), nil
}

// A deployer has the emulator and what runs beside it.
type deployer struct {
	root         string
	out          io.Writer
	architecture string
	samProgram   string
	group        *process.Group
	emulator     *emulator
	proxy        *proxy
	mediaAddress string // where the scenarios listen as the media server
	mediaARN     string // of the media server's secret
	mailIdentity string // the ARN of the sender's domain
}

// start starts the emulator, and builds the functions.
func (d *deployer) start(ctx context.Context) (err error) {
	folder := filepath.Join(d.root, workFolder, "emulator")
	if err := errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o700)); err != nil {
		return err
	}
	if d.group, err = process.NewGroup(); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "the log of the AWS emulator is %s/emulator/emulator.log\n", workFolder)
	err = d.step("starting the AWS emulator", func() (err error) {
		if d.emulator, err = startEmulator(ctx, d.group, d.root, folder); err != nil {
			return err
		}
		if d.proxy, err = startProxy(d.emulator.url, filepath.Join(folder, "token-key.pem"), d.out); err != nil {
			return err
		}
		return errors.Join(d.prepareMedia(ctx), d.prepareMails(ctx))
	})
	if err != nil {
		return err
	}
	return d.step("building for "+d.architecture, func() error {
		if err := d.samBuild(ctx); err != nil {
			return err
		}
		return d.writeOldTemplates()
	})
}

// prepareMedia chooses the address of the scenarios' media server, and stores its secret as an operator does.
func (d *deployer) prepareMedia(ctx context.Context) error {
	port, err := process.FreePort()
	if err != nil {
		return err
	}
	d.mediaAddress = "127.0.0.1:" + port
	var made struct{ ARN string }
	err = d.aws(ctx, &made, "secretsmanager", "create-secret", "--name", "media-server", "--secret-string", mediaSecret)
	d.mediaARN = made.ARN
	return err
}

// prepareMails verifies the domain of the sender, as an operator does.
func (d *deployer) prepareMails(ctx context.Context) error {
	d.mailIdentity = "arn:aws:ses:" + region + ":000000000000:identity/" + mailDomain
	return d.aws(ctx, nil, "sesv2", "create-email-identity", "--email-identity", mailDomain)
}

// step prints the name of a step, executes it, and prints how long it took.
func (d *deployer) step(name string, do func() error) error {
	began := time.Now()
	fmt.Fprintln(d.out, name)
	if err := do(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	fmt.Fprintf(d.out, "    done in %s\n", time.Since(began).Round(100*time.Millisecond))
	return nil
}

// close stops everything that start started.
func (d *deployer) close() {
	if d.proxy != nil {
		d.proxy.server.Close()
	}
	if d.emulator != nil {
		d.emulator.process.Stop(stopGrace)
	}
	if d.group != nil {
		d.group.Close()
	}
}
