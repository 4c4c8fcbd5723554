package table

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// Codes of a cancelled transaction's reasons.
const (
	conditionFailed     = "ConditionalCheckFailed"
	transactionConflict = "TransactionConflict"
	throttlingError     = "ThrottlingError"
	throughputExceeded  = "ProvisionedThroughputExceeded"
	collectionFull      = "ItemCollectionSizeLimitExceeded"
)

// A write that conflicts with a transaction is tried so often, with pauses that double from the first on.
const (
	tries      = 6
	firstPause = 20 * time.Millisecond
)

// retryConflicts makes the call again while it conflicts with a transaction, which the SDK does not do. After the last
// try it returns [meeting.ErrContended].
func (t *Table) retryConflicts(ctx context.Context, call func(context.Context) error) error {
	for try := range tries {
		err := call(ctx)
		if !isConflict(err) {
			return err
		}
		if try == tries-1 {
			return contended(err)
		}
		if ended := t.pause(ctx, rand.N(firstPause<<try)); ended != nil { //nolint:gosec // jitter
			return contended(errors.Join(err, ended))
		}
	}
	return nil
}

// isConflict reports whether a write was not made because another write had locked its items.
func isConflict(err error) bool {
	_, one := errors.AsType[*types.TransactionConflictException](err)
	codes := cancellationCodes(err)
	return one || !slices.Contains(codes, conditionFailed) && slices.ContainsFunc(codes, func(code string) bool {
		return code == transactionConflict || code == throttlingError || code == throughputExceeded
	})
}

// cancellationCodes returns the code of each part of a cancelled transaction; none for other errors.
func cancellationCodes(err error) (codes []string) {
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		for _, reason := range cancelled.CancellationReasons {
			codes = append(codes, aws.ToString(reason.Code))
		}
	}
	return codes
}

// contended returns the error of a write whose tries are used up.
func contended(err error) error { return fmt.Errorf("%w: %w", meeting.ErrContended, err) }

// translate returns the domain's error, if it has one. A transaction that stayed in progress is not contention: it may
// yet be made.
func translate(err error) error {
	switch {
	case err == nil, errors.Is(err, meeting.ErrContended):
		return err
	case throttled(err):
		return contended(err)
	case full(err):
		return fmt.Errorf("%w: %w", meeting.ErrFull, err)
	}
	return fmt.Errorf("table: %w", err)
}

// full reports whether the items under one partition key have 10 GB, the most that DynamoDB keeps in a table with a
// local secondary index.
func full(err error) bool {
	_, one := errors.AsType[*types.ItemCollectionSizeLimitExceededException](err)
	return one || slices.Contains(cancellationCodes(err), collectionFull)
}

// throttled reports whether DynamoDB asks for fewer requests: the SDK has already tried again.
func throttled(err error) bool {
	_, table := errors.AsType[*types.ProvisionedThroughputExceededException](err)
	_, account := errors.AsType[*types.RequestLimitExceeded](err)
	_, other := errors.AsType[*types.ThrottlingException](err)
	return table || account || other
}
