//go:build unix

package eventsources_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"personal-rooms/shared/dev/aws/eventsources"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// function handles a batch: it returns its answer, in which a word in <> stands for the word's sequence number.
type function func(batch []string, attempt int) (answer string, err error)

func succeed([]string, int) (string, error) { return "", nil }

// failAt fails at batches that have the word.
func failAt(word string) function {
	return func(batch []string, _ int) (string, error) {
		if slices.Contains(batch, word) {
			return "", errors.New("no luck")
		}
		return "", nil
	}
}

// answerFirst gives the answers to the first attempts, and succeeds then.
func answerFirst(answers ...string) function {
	return func(_ []string, attempt int) (string, error) {
		if attempt <= len(answers) {
			return answers[attempt-1], nil
		}
		return `{"batchItemFailures":[]}`, nil
	}
}

func reported(word string) string {
	return `{"batchItemFailures":[{"itemIdentifier":"<d>"},{"itemIdentifier":"` + word + `"}]}`
}

func TestStreamBatches(t *testing.T) {
	partial := template.Stream{BatchSize: 100, Retries: -1, Partial: true}
	for name, c := range map[string]struct {
		stream template.Stream
		do     function
		want   string // the batches
		dead   string // the dead letter
	}{
		"a failed batch is split until the failing record is alone": {
			template.Stream{BatchSize: 100, Retries: 2, Bisect: true, OnFailure: "Dead"}, failAt("b"),
			"a b c d | a b | a | b | b | b | c d", "RetryAttemptsExhausted, 3 attempts, 1 record",
		},
		"without splitting the whole batch is dead-lettered": {
			template.Stream{BatchSize: 2, Retries: 1, OnFailure: "Dead"}, failAt("b"),
			"a b | a b | c d", "RetryAttemptsExhausted, 2 attempts, 2 records",
		},
		"records that are too old are dead-lettered when they fail": {
			template.Stream{BatchSize: 1, Retries: -1, MaxAge: time.Nanosecond, OnFailure: "Dead"}, failAt("b"),
			"a | b | c | d", "RecordAgeExceeded, 1 attempts, 1 record",
		},
		"the batch is retried from the first reported record": {
			partial, answerFirst(reported("<c>"), reported("<c>")), "a b c d | c d | c d", "",
		},
		"a reported record that is not in the batch fails the batch": {
			partial, answerFirst(reported("17")), "a b c d | a b c d", "",
		},
		"a report without an identifier fails the batch": {
			partial, answerFirst(`{"batchItemFailures":[{"id":"1"}]}`), "a b c d | a b c d", "",
		},
		"an answer that is no report fails the batch": {
			partial, answerFirst(`"fine"`), "a b c d | a b c d", "",
		},
		"records that no filter matches are skipped": {
			template.Stream{BatchSize: 100, Retries: -1, Filters: []string{
				`{"eventName":["REMOVE"]}`, `{"dynamodb":{"NewImage":{"sk":{"S":["a","d"]},"quiet":{"BOOL":[{"exists":false}]}}}}`,
			}}, succeed, "a d", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, c.stream)
			s.write(t, "a", "b", "c", "d")
			s.start(t, c.do)
			s.awaitCheckpoint(t, "d")
			if got := strings.Join(s.batches, " | "); got != c.want {
				t.Errorf("batches %s, want %s", got, c.want)
			}
			if got := s.deadLetter(t); got != c.dead {
				t.Errorf("dead letter %q, want %q", got, c.dead)
			}
		})
	}
}

func TestRestartContinuesAfterTheLastCheckpoint(t *testing.T) {
	s := newScene(t, template.Stream{BatchSize: 1, Retries: -1})
	s.write(t, "a", "b", "c")
	failed := make(chan struct{})
	var once sync.Once
	s.start(t, func(batch []string, _ int) (string, error) {
		if batch[0] == "b" {
			once.Do(func() { close(failed) })
			return "", errors.New("no luck")
		}
		return "", nil
	})
	<-failed
	s.stop()
	for _, word := range []string{"c", "d"} {
		if word == "d" {
			s.write(t, word)
		}
		s.start(t, succeed)
		s.awaitCheckpoint(t, word)
		s.stop()
	}
	if got := strings.Join(slices.Compact(s.batches), " | "); got != "a | b | c | d" {
		t.Errorf("batches %s", got)
	}
}

func TestBrokenCheckpointsAreAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stream.json")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := eventsources.Start(eventsources.Options{Plan: &template.Bundle{}, Checkpoints: file})
	if err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("Start: %v", err)
	}
}

// scene is a function that gets the stream of a table. Each item has a word as its sort key.
type scene struct {
	options  eventsources.Options
	database *dynamodb.Client
	table    string
	running  *eventsources.Sources

	mu      sync.Mutex
	batches []string // the words of each
	numbers map[string]string
}

func newScene(t *testing.T, stream template.Stream) *scene {
	t.Helper()
	stream.Function = "echo"
	s := &scene{numbers: map[string]string{}}
	s.database, s.table = dynamotest.Table(t, dynamotest.Stream())
	out, err := s.database.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &s.table})
	if err != nil {
		t.Fatal(err)
	}
	s.options = eventsources.Options{
		Plan:   &template.Bundle{Streams: []template.Stream{stream}},
		Queues: queues.New([]template.Queue{{ID: "Dead", Retention: time.Hour}}),
		Client: dynamodbstreams.New(dynamodbstreams.Options{
			Region: queues.Region, BaseEndpoint: aws.String(dynamotest.Endpoint(t)),
			Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		}),
		Stream: *out.Table.LatestStreamArn, Checkpoints: filepath.Join(t.TempDir(), "stream.json"),
		Log: t.Output(), Poll: 10 * time.Millisecond, Backoff: time.Millisecond,
	}
	return s
}

func (s *scene) write(t *testing.T, words ...string) {
	t.Helper()
	for _, word := range words {
		item := map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "x"}, "sk": &types.AttributeValueMemberS{Value: word},
		}
		if _, err := s.database.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.table, Item: item}); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *scene) start(t *testing.T, do function) {
	t.Helper()
	s.options.Invoke = func(_ string, event []byte) ([]byte, error) { return s.invoke(event, do) }
	var err error
	if s.running, err = eventsources.Start(s.options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
}

func (s *scene) stop() {
	s.running.Stop()
	s.running.Wait()
}

func (s *scene) invoke(text []byte, do function) ([]byte, error) {
	var event events.DynamoDBEvent
	if err := json.Unmarshal(text, &event); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var batch []string
	for _, r := range event.Records {
		word := r.Change.Keys["sk"].String()
		batch, s.numbers[word] = append(batch, word), r.Change.SequenceNumber
	}
	s.batches = append(s.batches, strings.Join(batch, " "))
	answer, err := do(batch, len(s.batches))
	for word, number := range s.numbers {
		answer = strings.ReplaceAll(answer, "<"+word+">", number)
	}
	return []byte(answer), err
}

// awaitCheckpoint waits until the word's record is done, and stops.
func (s *scene) awaitCheckpoint(t *testing.T, word string) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		text, err := os.ReadFile(s.options.Checkpoints)
		s.mu.Lock()
		number, known := s.numbers[word]
		s.mu.Unlock()
		if err == nil && known && strings.Contains(string(text), number) {
			s.stop()
			return
		}
		select {
		case <-time.After(time.Millisecond):
		case <-limit:
			t.Fatalf("%s is not processed; batches %v", word, s.batches)
		}
	}
}

// deadLetter returns the reason, the attempts and the number of records in the dead-letter queue.
func (s *scene) deadLetter(t *testing.T) string {
	t.Helper()
	dead, err := s.options.Queues.Waiting("Dead")
	if err != nil || len(dead) == 0 {
		return ""
	}
	var f struct {
		RequestContext struct {
			Condition              string
			ApproximateInvokeCount int
		}
		DDBStreamBatchInfo struct {
			BatchSize                              int
			StartSequenceNumber, EndSequenceNumber string
		}
	}
	if err := json.Unmarshal([]byte(dead[0].Body), &f); err != nil || len(dead) > 1 {
		t.Fatalf("%d dead letters, the first is %s", len(dead), dead[0].Body)
	}
	records := "records"
	if f.DDBStreamBatchInfo.StartSequenceNumber == f.DDBStreamBatchInfo.EndSequenceNumber {
		records = "record"
	}
	request := f.RequestContext
	return fmt.Sprintf("%s, %d attempts, %d %s",
		request.Condition, request.ApproximateInvokeCount, f.DDBStreamBatchInfo.BatchSize, records)
}
