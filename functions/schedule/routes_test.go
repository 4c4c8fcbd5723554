package main

import (
	"testing"

	"personal-rooms/shared/local/edgetest"
)

func TestRoutesAreThoseOfTheTemplate(t *testing.T) { edgetest.SameAsTemplate(t, routes(nil, nil)) }
