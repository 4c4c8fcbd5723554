//go:build unix

// Package process starts programs that cannot outlive the one that started them.
//
// A [Group] owns a process group of its own, so a terminal's Ctrl-C reaches only the owner, which then stops its
// children in the order it wants. Two independent means end the children if the owner dies without doing so, even by
// SIGKILL:
//
//   - a watchdog, a shell that leads the group and reads a pipe that only the owner holds open: at end of file it kills
//     the whole group, itself included;
//   - on Linux, a parent-death signal on every child, which also covers the watchdog's own death.
package process
