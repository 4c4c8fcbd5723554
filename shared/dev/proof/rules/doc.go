// Package rules holds the rules of the door as scenarios that a person can read, and plays them.
package rules
