package template_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// An operator who gets a message looks the alarm up: each has an entry in operate.md, and each entry is of an alarm.
func TestEveryAlarmHasAnEntryForOperators(t *testing.T) {
	root := ours(t, nil).Root
	template, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(filepath.Join(root, "shared", "docs", "operate.md"))
	if err != nil {
		t.Fatal(err)
	}
	var alarms, entries []string
	for _, match := range regexp.MustCompile(`(?m)^  (\w+):\n    Type: AWS::CloudWatch::Alarm$`).FindAllStringSubmatch(string(template), -1) {
		alarms = append(alarms, match[1])
	}
	for _, match := range regexp.MustCompile(`(?m)^### (.*)$`).FindAllStringSubmatch(string(document), -1) {
		entries = append(entries, strings.Split(match[1], ", ")...)
	}
	slices.Sort(alarms)
	slices.Sort(entries)
	if !slices.Equal(alarms, entries) {
		t.Errorf("the alarms are\n%v\nand the entries\n%v", alarms, entries)
	}
	for entry := range strings.SplitSeq(string(document), "\n### ") {
		if name, text, isEntry := strings.Cut(entry, "\n"); isEntry && slices.Contains(alarms, strings.Split(name, ", ")[0]) &&
			(!strings.Contains(text, "- Meaning:") || !strings.Contains(text, "- Query") && !strings.Contains(text, "- First look") || !strings.Contains(text, "- Action:")) {
			t.Errorf("the entry of %s lacks its meaning, its first query or its action", name)
		}
	}
}
