//go:build unix

// Command deploy deploys the bundle to an AWS emulator on this machine: by the real `sam build` and `sam deploy`, with change sets, without
// Docker and without a cloud account. `make deploy-local` calls it.
//
//	deploy ENVIRONMENT…    rehearses these environments of samconfig.toml; all, if the only one is named all
//
// A rehearsal of an environment deploys the oldest template, writes data through the API, updates the stack to today's template, runs the
// story of shared/dev/e2e against the deployed API, restores the table by the commands of shared/docs/restore.md, and deletes the stack. What the
// emulator cannot do is left out by name: exclusions.go lists it, and shared/dev/e2e/exclusions_test.go what tests need of it.
//
// SAM is the command line to use, ARCHITECTURE what the functions are built for.
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
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"

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
	r, err := newRehearsal(out)
	if err != nil {
		return err
	}
	environments, err := r.environments(arguments)
	if err != nil {
		return err
	}
	lock := flock.New(filepath.Join(r.root, workFolder, "lock"))
	if locked, err := lock.TryLock(); err != nil || !locked {
		return errors.Join(errors.New("another deploy-local is at work in this folder"), err)
	}
	defer lock.Unlock()
	defer r.close()
	if err := r.start(ctx); err != nil {
		return err
	}
	var reports []report
	for _, s := range environments {
		result, err := r.rehearse(ctx, s)
		if err != nil {
			return err
		}
		reports = append(reports, result)
	}
	fmt.Fprintln(out)
	for _, done := range reports {
		fmt.Fprintf(out, "%s: deployed, updated, restored and deleted; %s\n", done.environment, done.told)
		for _, e := range done.excluded {
			fmt.Fprintln(out, "    excluded:", e)
		}
	}
	return nil
}

// A rehearsal is the emulator and what runs beside it.
type rehearsal struct {
	root         string
	out          io.Writer
	architecture string
	samProgram   string
	group        *process.Group
	emulator     *emulator
	front        *front
	mediaAddress string // where the story is the media server
	mediaSecret  string // the ARN of its secret
}

func newRehearsal(out io.Writer) (*rehearsal, error) {
	root, err := template.FindRoot(".")
	if err != nil {
		return nil, err
	}
	return &rehearsal{
		root: root, out: out,
		architecture: cmp.Or(os.Getenv("ARCHITECTURE"), "x86_64"), samProgram: cmp.Or(os.Getenv("SAM"), "sam"),
	}, os.MkdirAll(filepath.Join(root, workFolder), 0o700)
}

// environments are those that are named, in the order of samconfig.toml.
func (r *rehearsal) environments(names []string) ([]setting, error) {
	text, err := os.ReadFile(filepath.Join(r.root, "samconfig.toml"))
	if err != nil {
		return nil, err
	}
	all, err := readSettings(string(text))
	if err != nil || slices.Equal(names, []string{"all"}) {
		return all, err
	}
	var known []string
	for _, s := range all {
		known = append(known, s.environment)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("samconfig.toml has no section [%s.deploy.parameters]; it has %s", name, strings.Join(known, " "))
		}
	}
	return slices.DeleteFunc(all, func(s setting) bool { return !slices.Contains(names, s.environment) }), nil
}

// start starts the emulator, and builds what is deployed.
func (r *rehearsal) start(ctx context.Context) (err error) {
	folder := filepath.Join(r.root, workFolder, "emulator")
	if err := errors.Join(os.RemoveAll(folder), os.MkdirAll(folder, 0o700)); err != nil {
		return err
	}
	if r.group, err = process.NewGroup(); err != nil {
		return err
	}
	began := time.Now()
	fmt.Fprintf(r.out, "starting the AWS emulator; its log is in %s/emulator/emulator.log\n", workFolder)
	if r.emulator, err = startEmulator(ctx, r.group, r.root, folder); err != nil {
		return err
	}
	if r.front, err = startFront(r.emulator.url, filepath.Join(folder, "token-key.pem"), r.out); err != nil {
		return err
	}
	if err := r.prepareMedia(ctx); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "    %s, in %s\n", r.emulator.url, since(began))
	return r.step("building for "+r.architecture, func() error {
		if err := r.samBuild(ctx); err != nil {
			return err
		}
		return r.buildOldest()
	})
}

// step says what is done, does it, and says how long it took.
func (r *rehearsal) step(what string, do func() error) error {
	began := time.Now()
	fmt.Fprintln(r.out, what)
	if err := do(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	fmt.Fprintf(r.out, "    done in %s\n", since(began))
	return nil
}

func since(began time.Time) time.Duration { return time.Since(began).Round(100 * time.Millisecond) }

// close stops everything that start started.
func (r *rehearsal) close() {
	if r.front != nil {
		r.front.close()
	}
	if r.emulator != nil {
		r.emulator.process.Stop(stopGrace)
	}
	if r.group != nil {
		r.group.Close()
	}
}
