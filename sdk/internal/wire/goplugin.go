package wire

import (
	"context"
	"os"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// Protocol is the version of the conversation: that of go-plugin's handshake
// and of the protobuf package.
const Protocol = 1

// handshake tells a plugin that a genhost host has started it.
var handshake = goplugin.HandshakeConfig{
	MagicCookieKey:   "GENHOST_PLUGIN",
	MagicCookieValue: "b1a7c0de-genhost-plugin",
}

// service is what go-plugin calls the one thing a plugin serves.
const service = "genhost"

// glue joins a server, or a client's connection, to go-plugin.
type glue struct {
	goplugin.NetRPCUnsupportedPlugin
	server *server // nil in the host
}

func (g *glue) GRPCServer(_ *goplugin.GRPCBroker, s *grpc.Server) error {
	pb.RegisterPluginServer(s, g.server)
	return nil
}

func (g *glue) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}

// Hosted reports whether a host has started this program.
func Hosted() bool { return os.Getenv(handshake.MagicCookieKey) == handshake.MagicCookieValue }

// Serve offers p to the host that has started this program, until the host
// has enough.
//
// What the plugin prints goes to the stderr it was started with. go-plugin
// would carry it over the connection, and lose the last words of a plugin that
// dies.
func Serve(p sdk.Plugin) {
	stderr := os.Stderr
	s := &server{plugin: p, begin: func() { os.Stdout, os.Stderr = stderr, stderr }}
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: map[int]goplugin.PluginSet{Protocol: {service: &glue{server: s}}},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, serverOptions(p.Name)...)...)
		},
		Logger: hclog.New(&hclog.LoggerOptions{Name: p.Name, Level: hclog.Error, Output: stderr}),
	})
}
