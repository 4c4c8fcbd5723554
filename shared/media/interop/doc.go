// Package interop tests that LiveKit's own library and a JWT library accept our media tokens, that we read the webhooks
// which LiveKit's library makes, and that our calls of a LiveKit server are those of its library.
package interop
