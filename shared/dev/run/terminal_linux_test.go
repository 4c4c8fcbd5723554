package main_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

func TestABuildOnATerminalIsOneLineInPlace(t *testing.T) {
	program := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(program, []byte("package main\n\nfunc main() { println(`"+t.TempDir()+"`) }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := buildScript("-o", t.TempDir()+"/", program)
	control, terminal := openTerminal(t)
	cmd.Env = append(cmd.Env, "TERM=xterm")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	terminal.Close()
	shown, err := io.ReadAll(control) // ends with an error when the last process has closed the terminal
	if cmd.Wait() != nil {
		t.Fatalf("%v: %s", err, shown)
	}
	const erase = "\r\x1b[K"
	want := erase + "building (the first time takes a minute)" + erase + "building command-line-arguments" + erase
	if got := string(shown); got != want || strings.Contains(got, "\n") {
		t.Errorf("%q, want %q", got, want)
	}
}

// openTerminal makes a terminal: what is written to it is read from control.
func openTerminal(t *testing.T) (control, terminal *os.File) {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { control.Close() })
	var number, locked int32
	for request, argument := range map[uintptr]*int32{syscall.TIOCSPTLCK: &locked, syscall.TIOCGPTN: &number} {
		if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, control.Fd(), request, uintptr(unsafe.Pointer(argument))); failed != 0 {
			t.Fatal(failed)
		}
	}
	if terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	return control, terminal
}
