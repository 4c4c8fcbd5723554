// Package schedule tests the rules of planned and past meetings, by the use cases of package meeting on DynamoDB Local.
package schedule
