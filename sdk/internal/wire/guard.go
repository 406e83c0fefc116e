package wire

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

// ours reports whether a method is of our service and not of go-plugin's.
func ours(method string) bool {
	return strings.HasPrefix(method, "/"+pb.Plugin_ServiceDesc.ServiceName+"/")
}

// guard turns a panic into an error, which names the plugin, and leaves the
// stack on stderr.
func guard(plugin string, err *error) {
	if r := recover(); r != nil {
		fmt.Fprintf(os.Stderr, "recovered panic: %v\n\n%s", r, debug.Stack())
		*err = &said{fmt.Sprintf("%s plugin: panic: %v", plugin, r), []error{sdk.ErrCrashed}}
	}
}

// serverOptions make a server keep the promises of this package.
func serverOptions(plugin string) []grpc.ServerOption {
	unary := func(ctx context.Context, in any, i *grpc.UnaryServerInfo, h grpc.UnaryHandler) (out any, err error) {
		if !ours(i.FullMethod) {
			return h(ctx, in)
		}
		defer func() { err = toStatus(err) }()
		defer guard(plugin, &err)
		if out, err = h(ctx, in); err == nil {
			err = checkSize(out)
		}
		return out, err
	}
	stream := func(srv any, s grpc.ServerStream, i *grpc.StreamServerInfo, h grpc.StreamHandler) (err error) {
		if !ours(i.FullMethod) {
			return h(srv, s)
		}
		defer func() { err = toStatus(err) }()
		defer guard(plugin, &err)
		return h(srv, sizedServerStream{s})
	}
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(maxReceive), grpc.MaxSendMsgSize(maxReceive),
		grpc.UnaryInterceptor(unary), grpc.StreamInterceptor(stream),
	}
}

type sizedServerStream struct{ grpc.ServerStream }

func (s sizedServerStream) SendMsg(m any) error {
	if err := checkSize(m); err != nil {
		return err
	}
	err := s.ServerStream.SendMsg(m)
	if notText(err) {
		return errNotText
	}
	return err
}

// dialOptions make a client keep the promises of this package.
func dialOptions(p peer) []grpc.DialOption {
	unary := func(ctx context.Context, method string, in, out any, conn *grpc.ClientConn,
		invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		if !ours(method) {
			return invoke(ctx, method, in, out, conn, opts...)
		}
		if err := checkSize(in); err != nil {
			return err
		}
		return p.explain(ctx, invoke(ctx, method, in, out, conn, opts...))
	}
	stream := func(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string,
		open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
		s, err := open(ctx, desc, conn, method, opts...)
		if !ours(method) {
			return s, err
		}
		if err != nil {
			return nil, p.explain(ctx, err)
		}
		return clientStream{s, ctx, p}, nil
	}
	return []grpc.DialOption{
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxReceive), grpc.MaxCallSendMsgSize(maxReceive)),
		grpc.WithUnaryInterceptor(unary), grpc.WithStreamInterceptor(stream),
	}
}

// A clientStream gives the plugin's errors in place of gRPC's.
type clientStream struct {
	grpc.ClientStream
	ctx  context.Context // the caller's; the stream's own ends with any error
	peer peer
}

func (s clientStream) SendMsg(m any) error {
	if err := checkSize(m); err != nil {
		return err
	}
	return s.peer.explain(s.ctx, s.ClientStream.SendMsg(m))
}

func (s clientStream) RecvMsg(m any) error {
	return s.peer.explain(s.ctx, s.ClientStream.RecvMsg(m))
}
