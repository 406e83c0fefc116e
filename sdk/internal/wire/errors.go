package wire

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/genhost/genhost/sdk"
	"google.golang.org/grpc/codes"
)

// kinds are the errors that mean the same on both sides, each with its code in
// our messages and the nearest one of gRPC. The first that fits decides the
// latter.
var kinds = []struct {
	err  error
	code string
	grpc codes.Code
}{
	{sdk.ErrBadSetting, "bad_setting", codes.InvalidArgument},
	{sdk.ErrBadInput, "bad_input", codes.InvalidArgument},
	{sdk.ErrNotTrained, "not_trained", codes.FailedPrecondition},
	{sdk.ErrStopped, "stopped", codes.Aborted},
	{sdk.ErrDiverged, "diverged", codes.Aborted},
	{sdk.ErrCorrupt, "corrupt", codes.DataLoss},
	{sdk.ErrCrashed, "crashed", codes.Internal},
	{sdk.ErrProtocol, "protocol", codes.Internal},
	{errors.ErrUnsupported, "unsupported", codes.Unimplemented},
	{fs.ErrNotExist, "not_exist", codes.NotFound},
	{fs.ErrExist, "exist", codes.AlreadyExists},
	{fs.ErrPermission, "permission", codes.PermissionDenied},
	{context.Canceled, "canceled", codes.Canceled},
	{context.DeadlineExceeded, "deadline", codes.DeadlineExceeded},
}

// A said error has its own words and is of certain kinds. Unlike one made by
// fmt.Errorf, it need not quote them.
type said struct {
	text  string
	kinds []error
}

func (e *said) Error() string   { return e.text }
func (e *said) Unwrap() []error { return e.kinds }

// clean makes a text that may be sent as it is: UTF-8 and not too long.
func clean(text string) string {
	if len(text) > maxError {
		text = text[:maxError] + "..."
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
