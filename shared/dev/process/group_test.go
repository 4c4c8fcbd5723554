//go:build unix

package process_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"personal-rooms/shared/dev/process"
)

const patience = 10 * time.Second

// ownerVariable makes this test binary the owner of a group.
const ownerVariable = "PROCESS_TEST_OWNER"

func TestMain(m *testing.M) {
	if os.Getenv(ownerVariable) != "" {
		ownAGroup()
	}
	os.Exit(m.Run())
}

// ownAGroup starts a child and a grandchild, which inherit file 3, and waits.
func ownAGroup() {
	group, err := process.NewGroup()
	if err != nil {
		panic(err)
	}
	child := exec.Command("/bin/sh", "-c", "sleep 600 & echo started; wait")
	child.ExtraFiles = []*os.File{os.NewFile(3, "inherited")}
	child.Stdout = os.Stdout
	if _, err := group.Start(child); err != nil {
		panic(err)
	}
	select {}
}

func TestAKilledOwnerLeavesNoProcess(t *testing.T) {
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerVariable+"=1")
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	awaitEnd := inherit(t, owner)
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the owner wrote %q: %v", line, err)
	}
	owner.Process.Kill()
	_ = owner.Wait()
	awaitEnd()
}

func TestCloseEndsTheGroupAlsoWithoutItsWatchdog(t *testing.T) {
	for _, watchdog := range []bool{true, false} {
		group := newGroup(t)
		cmd := exec.Command("/bin/sh", "-c", "sleep 600 & wait")
		awaitEnd := inherit(t, cmd)
		member, err := group.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		leader, err := syscall.Getpgid(member.PID())
		if err != nil || leader == syscall.Getpgrp() {
			t.Fatalf("the member's process group is %d, %v: Ctrl-C reaches it", leader, err)
		}
		if !watchdog {
			if err := syscall.Kill(leader, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			<-group.Broken()
		}
		group.Close()
		if err := member.Err(); err == nil {
			t.Error("a killed member ended without an error")
		}
		awaitEnd()
	}
}

func TestStopSendsSIGTERMAndThenKills(t *testing.T) {
	for script, c := range map[string]struct {
		grace time.Duration
		want  string
	}{
		`trap 'kill $!; exit 3' TERM; sleep 600 & echo; wait`: {patience, "exit status 3"},
		`trap '' TERM; echo; while :; do sleep 600; done`:     {time.Millisecond, "signal: killed"},
		`echo; exit 0`: {patience, "<nil>"},
	} {
		cmd := exec.Command("/bin/sh", "-c", script)
		cmd.WaitDelay = 100 * time.Millisecond
		read, write := io.Pipe()
		cmd.Stdout = write
		member, err := newGroup(t).Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(read).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(script, "exit 0") {
			<-member.Done()
		}
		member.Stop(c.grace)
		if got := fmt.Sprint(member.Err()); got != c.want {
			t.Errorf("%s ended with %s, want %s", script, got, c.want)
		}
	}
}

func newGroup(t *testing.T) *process.Group {
	t.Helper()
	group, err := process.NewGroup()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(group.Close)
	return group
}

// inherit lets cmd and all its children inherit a pipe. awaitEnd returns when none of them is left.
func inherit(t *testing.T, cmd *exec.Cmd) (awaitEnd func()) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{write}
	return func() {
		t.Helper()
		write.Close()
		if err := read.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, read); err != nil {
			t.Fatalf("a process is left: %v", err)
		}
	}
}
