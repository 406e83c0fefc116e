package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// toStatus makes err one that gRPC carries to the other side.
func toStatus(err error) error {
	if err == nil {
		return nil
	}
	code := codes.Unknown
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			code = k.grpc
			break
		}
	}
	e := toError(err)
	s, failed := status.New(code, e.Message).WithDetails(e)
	if failed != nil {
		return status.Error(code, e.Message)
	}
	return s.Err()
}

// fromStatus makes err, which gRPC returned for a call in ctx, what the plugin
// said. Where the plugin said nothing, lost explains a broken connection.
func fromStatus(ctx context.Context, err error, lost func(cause error) error) error {
	if err == nil || err == io.EOF {
		return err
	}
	s, ok := status.FromError(err)
	if !ok {
		return err
	}
	for _, d := range s.Details() {
		if e, ok := d.(*pb.Error); ok {
			return fromError(e)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch s.Code() {
	case codes.DeadlineExceeded:
		return context.DeadlineExceeded
	case codes.Unimplemented:
		return sdk.Hint(fmt.Errorf("%w: the plugin does not know this call", sdk.ErrProtocol),
			"build the plugin again with the sdk of this genhost")
	case codes.ResourceExhausted:
		return fmt.Errorf("%w: %s", sdk.ErrProtocol, s.Message())
	case codes.Internal:
		if notText(err) {
			return errNotText
		}
	case codes.Unavailable:
		if strings.Contains(s.Message(), "authentication handshake failed") {
			return sdk.Hint(fmt.Errorf("%w: the plugin does not encrypt its connection as agreed", sdk.ErrProtocol),
				"build the plugin again with the sdk of this genhost")
		}
	}
	return lost(errors.New(s.Message()))
}

var errNotText = fmt.Errorf("%w: a text is not UTF-8", sdk.ErrBadInput)

// notText reports whether protobuf refused to send a text that is none.
func notText(err error) bool {
	return status.Code(err) == codes.Internal && strings.Contains(err.Error(), "UTF-8")
}
