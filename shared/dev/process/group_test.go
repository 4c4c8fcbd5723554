//go:build unix

package process_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"personal-rooms/shared/dev/process"
)

const patience = 10 * time.Second

// A process that owns a group is this test binary started again with this variable set.
const ownerVariable = "PROCESS_TEST_OWNER"

func TestMain(m *testing.M) {
	if os.Getenv(ownerVariable) != "" {
		own()
	}
	os.Exit(m.Run())
}

// own starts a child that starts a child of its own, says so, and stays. All three hold file 3 open.
func own() {
	group, err := process.NewGroup()
	if err != nil {
		panic(err)
	}
	child := exec.Command("/bin/sh", "-c", "sleep 600 & echo started; wait")
	child.ExtraFiles = []*os.File{os.NewFile(3, "held")}
	child.Stdout = os.Stdout
	if _, err := group.Start(child); err != nil {
		panic(err)
	}
	select {}
}

func TestNothingOutlivesAKilledOwner(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerVariable+"=1")
	owner.ExtraFiles = []*os.File{write}
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	defer owner.Wait()
	write.Close()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the owner said %q: %v", line, err)
	}
	owner.Process.Kill()
	awaitEnd(t, read)
}

func TestCloseEndsEveryMember(t *testing.T) {
	group := newGroup(t)
	read, member := start(t, group, "sleep 600 & wait")
	group.Close()
	if err := member.Err(); err == nil {
		t.Error("a killed member ended without an error")
	}
	awaitEnd(t, read)
}

func TestMembersDoNotHearTheTerminal(t *testing.T) {
	group := newGroup(t)
	_, member := start(t, group, "sleep 600")
	got, err := syscall.Getpgid(member.PID())
	if err != nil {
		t.Fatal(err)
	}
	if got == syscall.Getpgrp() {
		t.Error("the member is in our own process group, which Ctrl-C reaches")
	}
}

func TestStopAsksFirstAndThenKills(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		grace  time.Duration
		want   string
	}{
		"a polite one ends itself":   {`trap 'kill $!; exit 3' TERM; sleep 600 & echo; wait`, patience, "exit status 3"},
		"a stubborn one is killed":   {`trap '' TERM; echo; while :; do sleep 600; done`, time.Millisecond, "signal: killed"},
		"a finished one is no error": {`echo; exit 0`, patience, "<nil>"},
	} {
		t.Run(name, func(t *testing.T) {
			group := newGroup(t)
			cmd := exec.Command("/bin/sh", "-c", c.script)
			cmd.WaitDelay = time.Millisecond
			read, write := io.Pipe()
			cmd.Stdout = write
			member, err := group.Start(cmd)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := bufio.NewReader(read).ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			if c.want == "<nil>" {
				<-member.Done()
			}
			member.Stop(c.grace)
			if got := fmt.Sprint(member.Err()); got != c.want {
				t.Errorf("ended with %s, want %s", got, c.want)
			}
		})
	}
}

func TestALostWatchdogIsNoticedAndReplacedByClose(t *testing.T) {
	group := newGroup(t)
	read, member := start(t, group, "sleep 600 & wait")
	leader, err := syscall.Getpgid(member.PID())
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(leader, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-group.Broken()
	group.Close()
	awaitEnd(t, read)
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

// start starts a shell in the group; the shell and all its children hold the other end of read.
func start(t *testing.T, group *process.Group, script string) (read *os.File, member *process.Process) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.ExtraFiles = []*os.File{write}
	if member, err = group.Start(cmd); err != nil {
		t.Fatal(err)
	}
	return read, member
}

// awaitEnd returns when nobody holds the other end of read any more.
func awaitEnd(t *testing.T, read *os.File) {
	t.Helper()
	if err := read.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, read); err != nil {
		t.Fatalf("something is still alive: %v", err)
	}
}
