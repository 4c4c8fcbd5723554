// Package clients runs clients that were written for Zoom's API against the bundle, as they are in the package
// registries, and compares what works with shared/dev/compat/clients.txt. `make compatibility` writes that file, and
// shared/docs/compatibility.md from it.
//
// The clients send their requests to https://api.zoom.us and https://zoom.us. A front on this machine answers for these
// names, with a certificate of its own authority, and passes the requests to the bundle. Nothing leaves the machine.
//
// `make zoom-clients` installs the clients, with fixed versions, into .tools/clients. Each has a program in testdata,
// which calls it as its documentation says, and prints one line of JSON for each operation.
package clients
