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

// A peer is the plugin at the other end of a connection.
type peer struct {
	name string
	lost func(cause error) error // explains a broken connection
}

const rebuild = "build the plugin again with the sdk of this genhost"

// explain makes err, which gRPC returned for a call in ctx, what the plugin
// said, or what is wrong with the plugin.
func (p peer) explain(ctx context.Context, err error) error {
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
	if notText(err) {
		return errNotText
	}
	switch s.Code() {
	case codes.DeadlineExceeded:
		return context.DeadlineExceeded
	case codes.Unimplemented:
		return wrong(rebuild, "the %s plugin does not know this call", p.name)
	case codes.ResourceExhausted:
		return wrong(rebuild, "the %s plugin: %s", p.name, inner(s))
	case codes.Unknown, codes.InvalidArgument, codes.NotFound, codes.FailedPrecondition, codes.OutOfRange:
		// Words of a plugin that does not wrap them, in another language.
		return fmt.Errorf("the %s plugin: %s", p.name, inner(s))
	case codes.Unavailable:
		if strings.Contains(s.Message(), "authentication handshake failed") {
			return wrong(rebuild, "the %s plugin does not encrypt its connection as agreed", p.name)
		}
	}
	return p.lost(errors.New(inner(s)))
}

// inner returns the cause of an error that gRPC wraps in others.
func inner(s *status.Status) string {
	text := s.Message()
	if i := strings.LastIndex(text, `desc = "`); i >= 0 {
		text = strings.TrimSuffix(text[i+len(`desc = "`):], `"`)
	}
	return strings.TrimPrefix(text, "transport: ")
}

// wrong says what is wrong with the conversation, and what to do.
func wrong(advice, format string, args ...any) error {
	return sdk.Hint(&said{fmt.Sprintf(format, args...), []error{sdk.ErrProtocol}}, advice)
}

var errNotText = fmt.Errorf("%w: a text is not UTF-8", sdk.ErrBadInput)

// notText reports whether protobuf refused to send a text that is none.
func notText(err error) bool {
	return status.Code(err) == codes.Internal && strings.Contains(err.Error(), "UTF-8")
}
