package main

import (
	"testing"

	"personal-rooms/shared/dev/testkit"
)

func TestRoutesAreThoseOfTheTemplate(t *testing.T) {
	testkit.SameAsTemplate(t, allRoutes(nil, nil, nil))
}
