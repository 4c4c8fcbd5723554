package main

import (
	"slices"
	"testing"

	"personal-rooms/shared/local/edgetest"
)

func TestRoutesAreThoseOfTheTemplate(t *testing.T) {
	edgetest.SameAsTemplate(t, slices.Concat(routes(nil, nil, ""), mediaRoutes(nil, nil, nil)))
}
