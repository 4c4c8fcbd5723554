//go:build unix

package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// containers are those that run what is built here, whatever their state.
func (s *stage) containers(ctx context.Context) (map[string]bool, error) {
	all := map[string]bool{}
	ids, err := docker(ctx, "ps", "--all", "--quiet", "--no-trunc")
	if err != nil {
		return nil, err
	}
	for id := range strings.FieldsSeq(ids) {
		mounts, err := docker(ctx, "inspect", "--format", "{{range .Mounts}}{{println .Source}}{{end}}", id)
		if err == nil && strings.Contains(mounts, filepath.Join(s.root, builtFolder)) { // else it is gone meanwhile
			all[id] = true
		}
	}
	return all, nil
}

func docker(ctx context.Context, arguments ...string) (string, error) {
	said, err := exec.CommandContext(ctx, "docker", arguments...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("docker %s: %w %s", arguments[0], err, strings.TrimSpace(string(said)))
	}
	return string(said), nil
}

// noneLeft is an error that names the containers that SAM left behind.
func (s *stage) noneLeft(ctx context.Context) error {
	now, err := s.containers(ctx)
	if err != nil {
		return err
	}
	var left []string
	for id := range now {
		if !s.before[id] {
			left = append(left, id[:12])
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("SAM left containers behind: %s", strings.Join(left, " "))
	}
	fmt.Fprintln(s.out, "no container is left")
	return nil
}
