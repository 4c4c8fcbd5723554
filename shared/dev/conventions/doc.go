// Package conventions tests what holds for the whole repository: its words, and that handlers cannot reach storage.
package conventions
