package wire

import (
	"context"
	"fmt"
	"time"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

const (
	describeTime = 5 * time.Second // a plugin says what it is at once
	closeTime    = 2 * time.Second // for a model to go; it goes with its process anyway
)

// A client calls a plugin. It is for several goroutines.
type client struct {
	pb.PluginClient
	ctx context.Context // of the connection, for calls that have none
}

// describe returns the plugin at the other end of conn, which works until life
// ends. It is called name in errors.
func describe(ctx, life context.Context, name string, conn *grpc.ClientConn) (sdk.Plugin, error) {
	c := &client{pb.NewPluginClient(conn), life}
	short, cancel := context.WithTimeout(ctx, describeTime)
	defer cancel()
	out, err := c.Describe(short, &pb.DescribeRequest{})
	if err != nil && short.Err() != nil && ctx.Err() == nil {
		return sdk.Plugin{}, wrong(rebuild, "the %s plugin does not say what it offers within %v", name, describeTime)
	}
	if err != nil {
		return sdk.Plugin{}, err
	}
	p := fromDescription(out.Plugin)
	for i := range p.Models {
		p.Models[i].New = c.opener(p.Models[i])
	}
	for i := range p.Modalities {
		p.Modalities[i].New = c.modalityOpener(p.Modalities[i])
	}
	if err := p.Validate(); err != nil {
		return sdk.Plugin{}, wrong(rebuild, "the %s plugin describes itself badly: %v", name, err)
	}
	return p, nil
}

func (c *client) opener(spec sdk.ModelSpec) func(context.Context, sdk.Settings, sdk.Space) (sdk.Model, error) {
	return func(ctx context.Context, s sdk.Settings, space sdk.Space) (sdk.Model, error) {
		settings, err := toSettings(s)
		if err != nil {
			return nil, err
		}
		out, err := c.Open(ctx, &pb.OpenRequest{Model: spec.Name, Settings: settings, Space: toSpace(space)})
		if err != nil {
			return nil, err
		}
		m := &model{
			remote: remote{c, out.Session}, can: spec.Can, shape: space.Shape,
			conditions: fromConditions(out.Conditions), controls: fromControls(out.Controls),
		}
		if err := sdk.ValidateControls(m.controls, space); err != nil {
			return nil, fmt.Errorf("%w: model %s: %w", sdk.ErrProtocol, spec.Name, err)
		}
		return m, nil
	}
}

func (c *client) modalityOpener(spec sdk.ModalitySpec) func(context.Context, sdk.Settings) (sdk.Modality, error) {
	return func(ctx context.Context, s sdk.Settings) (sdk.Modality, error) {
		settings, err := toSettings(s)
		if err != nil {
			return nil, err
		}
		out, err := c.OpenModality(ctx, &pb.OpenModalityRequest{Modality: spec.Name, Settings: settings})
		if err != nil {
			return nil, err
		}
		return &modality{remote{c, out.Session}, spec.Can}, nil
	}
}

// A remote thing lives in the plugin as long as its session.
type remote struct {
	*client
	session string
}

// Close lets the plugin forget the model or modality. It waits a while for a
// call that is still under way.
func (r remote) Close() error {
	ctx, cancel := context.WithTimeout(r.ctx, closeTime)
	defer cancel()
	_, err := r.client.Close(ctx, &pb.CloseRequest{Session: r.session})
	return err
}
