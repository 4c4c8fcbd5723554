// Package interop tests that Zoom's own library for Node.js, Rivet, receives our webhooks and refuses those that are
// not genuine.
package interop
