package main

import (
	"slices"
	"testing"

	"personal-rooms/shared/dev/testkit"
)

func TestRoutesAreThoseOfTheTemplate(t *testing.T) {
	testkit.SameAsTemplate(t, slices.Concat(routes(nil, nil, ""), mediaRoutes(nil, nil, nil)))
}
