package wire

import (
	"context"
	"fmt"
	"net"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
)

// Loopback returns p as a host sees it: through a gRPC connection, which here
// stays in memory. Call end when it is not needed any more.
func Loopback(p sdk.Plugin) (remote sdk.Plugin, end func(), err error) {
	if err := p.Validate(); err != nil {
		return sdk.Plugin{}, nil, err
	}
	listener := bufconn.Listen(1 << 20)
	g := grpc.NewServer(serverOptions(p.Name)...)
	pb.RegisterPluginServer(g, &server{plugin: p})
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = g.Serve(listener) // the client is told when it fails
	}()
	ctx, cancel := context.WithCancel(context.Background())
	end = func() {
		cancel()
		g.Stop()
		<-served
	}
	lost := func(cause error) error {
		return &said{fmt.Sprintf("the connection to the %s plugin is lost: %v", p.Name, cause), []error{sdk.ErrCrashed}}
	}
	dial := func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }
	conn, err := grpc.NewClient("passthrough:///memory", append(dialOptions(peer{p.Name, lost}),
		grpc.WithContextDialer(dial), grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		end()
		return sdk.Plugin{}, nil, err
	}
	stop := end
	end = func() {
		conn.Close()
		stop()
	}
	remote, err = describe(ctx, ctx, p.Name, conn)
	if err != nil {
		end()
		return sdk.Plugin{}, nil, err
	}
	return remote, end, nil
}
