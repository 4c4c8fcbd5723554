// Package interop tests that Python's icalendar reads our calendars as they are meant.
package interop
