//go:build unix

package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// builtFor returns a folder like that of `sam build`, with an executable for the machine.
func builtFor(t *testing.T, machine elf.Machine) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "EchoFunction"), 0o700); err != nil {
		t.Fatal(err)
	}
	var executable bytes.Buffer
	header := elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT), Ehsize: 64, Shentsize: 64,
	}
	if err := binary.Write(&executable, binary.LittleEndian, header); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"EchoFunction/bootstrap": executable.String(),
		"template.yaml": `
Parameters: {Architecture: {Type: String, Default: arm64}}
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST}}
  EchoFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: EchoFunction, Timeout: 3, Architectures: [{Ref: Architecture}]}
`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestCheckComparesBuildAndTemplate(t *testing.T) {
	for declared, machine := range machines {
		for _, built := range machines {
			err := check(io.Discard, builtFor(t, built), declared)
			if built == machine && err != nil {
				t.Errorf("%s for %s: %v", built, declared, err)
			}
			if built != machine &&
				(err == nil || !strings.Contains(err.Error(), "EchoFunction: it is built for "+built.String())) {
				t.Errorf("%s for %s: %v", built, declared, err)
			}
		}
	}
	if err := check(io.Discard, t.TempDir(), "arm64"); err == nil || !strings.Contains(err.Error(), "holds no build") {
		t.Errorf("a folder without a build: %v", err)
	}
}

func TestAnswersShowWhetherAnEventWasHandled(t *testing.T) {
	for answer, want := range map[string]bool{
		"": true, "null": true, `{"statusCode":204,"body":""}`: true, `{"statusCode":302}`: true,
		`{"statusCode":403}`: true, `{"statusCode":404,"body":"{}"}`: true, `{"statusCode":409}`: true,
		`{"batchItemFailures":null}`: true, `{"batchItemFailures":[{"itemIdentifier":"1"}]}`: true,
		`{"statusCode":400}`: false, `{"statusCode":401}`: false, `{"statusCode":502}`: false,
		`{}`: false, `{"errorMessage":"no luck"}`: false, "text": false,
	} {
		if got := handled(answer); got != want {
			t.Errorf("%s: handled is %v, want %v", answer, got, want)
		}
	}
}
