//go:build oracles

package queues_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/process"
)

// TestAnotherSQSBehavesLikeOurs tests the behaviours on the SQS of the AWS emulator ministack, with a clock that the
// tests move. EMULATOR names the Python that has ministack.
func TestAnotherSQSBehavesLikeOurs(t *testing.T) {
	o := startOracle(t)
	for name, test := range behaviours {
		t.Run(name, func(t *testing.T) { test(o.newClient(t)) })
	}
}

// oracle is a running ministack.
type oracle struct {
	*sqs.Client
	base   string
	passes func(time.Duration)
	made   int // sets of queues
}

func startOracle(t *testing.T) *oracle {
	t.Helper()
	port, err := process.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Getenv("EMULATOR"), "testdata/sqs.py")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TMPDIR=" + t.TempDir(), "STATE_DIR=" + t.TempDir(),
		"BIND_HOST=127.0.0.1", "GATEWAY_PORT=" + port, "IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0", "LOG_LEVEL=WARNING"}
	cmd.Stderr = os.Stderr
	clock, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("EMULATOR must be the Python that has ministack; `make oracles` sets it: %v", err)
	}
	t.Cleanup(func() { clock.Close(); _ = cmd.Wait() })
	lines := bufio.NewScanner(output)
	o := &oracle{base: "http://127.0.0.1:" + port, passes: func(d time.Duration) {
		fmt.Fprintln(clock, d.Seconds())
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "passed ") {
				return
			}
		}
	}}
	o.Client = sqs.New(sqs.Options{
		Region: queues.Region, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), BaseEndpoint: &o.base,
		Retryer: retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = 300, 100*time.Millisecond }), // until it listens
	})
	if _, err := o.ListQueues(t.Context(), &sqs.ListQueuesInput{}); err != nil {
		t.Fatal(err)
	}
	return o
}

// newClient makes new queues, like newClient of queues_test.go.
func (o *oracle) newClient(t *testing.T) client {
	t.Helper()
	o.made++
	c := client{Client: o.Client, t: t, after: o.passes, base: o.base, name: func(id string) string {
		name := fmt.Sprintf("%s-%d", id, o.made)
		if strings.HasSuffix(id, "Line") {
			name += ".fifo"
		}
		return name
	}}
	redrive := func(to string, most int) string {
		return fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":%d}`, queues.ARN(c.name(to)), most)
	}
	for _, q := range []struct {
		id         string
		attributes map[string]string
	}{
		{"Dead", nil},
		{"Plain", map[string]string{"RedrivePolicy": redrive("Dead", 3)}},
		{"Slow", map[string]string{"DelaySeconds": "60"}},
		{"DeadLine", map[string]string{"FifoQueue": "true"}},
		{"Line", map[string]string{
			"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId",
			"RedrivePolicy": redrive("DeadLine", 2),
		}},
	} {
		_, err := o.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(c.name(q.id)), Attributes: q.attributes})
		c.must(err)
	}
	return c
}
