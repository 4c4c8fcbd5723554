package main

import "personal-rooms/shared/event"

// eventNames are those of the events that endpoints may ask for.
func eventNames() []string {
	var all []string
	for _, name := range event.Names() {
		all = append(all, string(name))
	}
	return all
}
