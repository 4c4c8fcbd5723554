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
	"github.com/aws/smithy-go"

	"personal-rooms/shared/meeting"
)

// conditionFailed is the code of a part of a cancelled transaction whose condition does not hold.
const conditionFailed = "ConditionalCheckFailed"

// Codes of errors, and of the parts of a cancelled transaction.
var (
	conflictCodes = []string{
		"TransactionConflictException", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded",
	}
	// throttleCodes ask for fewer requests: the SDK has already tried again.
	throttleCodes = []string{"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"}
	// fullCodes say that the items under one partition key have 10 GB, the most that DynamoDB keeps in a table with a
	// local secondary index.
	fullCodes = []string{"ItemCollectionSizeLimitExceededException", "ItemCollectionSizeLimitExceeded"}
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
	return !hasCode(err, conditionFailed) && hasCode(err, conflictCodes...)
}

// hasCode reports whether the error, or a part of a cancelled transaction, has one of the codes.
func hasCode(err error, codes ...string) bool {
	return slices.ContainsFunc(codesOf(err), func(code string) bool { return slices.Contains(codes, code) })
}

// codesOf returns the code of the error; of a cancelled transaction, the code of each part.
func codesOf(err error) (codes []string) {
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		for _, reason := range cancelled.CancellationReasons {
			codes = append(codes, aws.ToString(reason.Code))
		}
	} else if failed, ok := errors.AsType[smithy.APIError](err); ok {
		codes = []string{failed.ErrorCode()}
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
	case hasCode(err, throttleCodes...):
		return contended(err)
	case hasCode(err, fullCodes...):
		return fmt.Errorf("%w: %w", meeting.ErrFull, err)
	}
	return fmt.Errorf("table: %w", err)
}
