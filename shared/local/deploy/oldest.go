//go:build unix

package main

func (r *rehearsal) buildOldest() error { return nil }
