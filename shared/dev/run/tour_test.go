//go:build unix

package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheREADMEHasTheTour(t *testing.T) {
	tour, err := os.ReadFile("tour.sh")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "```sh\n"+string(tour)+"```\n<!-- end of tour -->") {
		t.Error("the tour in README.md is not that of tour.sh")
	}
}
