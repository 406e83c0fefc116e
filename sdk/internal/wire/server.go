package wire

import (
	"context"
	"io"
	"sync"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
)

// A server offers a plugin to a client.
type server struct {
	pb.UnimplementedPluginServer
	plugin   sdk.Plugin
	sessions sessions
	first    sync.Once
	begin    func() // called at the first Describe; may be nil
}

func (s *server) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	if s.begin != nil {
		s.first.Do(s.begin)
	}
	return &pb.DescribeResponse{Plugin: toDescription(s.plugin)}, nil
}

func (s *server) Open(ctx context.Context, in *pb.OpenRequest) (*pb.OpenResponse, error) {
	spec, err := s.plugin.Model(in.Model)
	if err != nil {
		return nil, err
	}
	settings, err := fromSettings(in.Settings)
	if err != nil {
		return nil, err
	}
	m, err := spec.New(ctx, settings, fromSpace(in.Space))
	if err != nil {
		return nil, err
	}
	out := &pb.OpenResponse{}
	if c, err := sdk.As[sdk.Conditional](m); err == nil {
		out.Conditions = toConditions(c.Conditions())
	}
	if a, err := sdk.As[sdk.Adjustable](m); err == nil {
		out.Controls = toControls(a.Controls())
	}
	out.Session = s.sessions.add(&session{model: m})
	return out, nil
}

func (s *server) OpenModality(ctx context.Context, in *pb.OpenModalityRequest) (*pb.OpenModalityResponse, error) {
	spec, err := s.plugin.Modality(in.Modality)
	if err != nil {
		return nil, err
	}
	settings, err := fromSettings(in.Settings)
	if err != nil {
		return nil, err
	}
	m, err := spec.New(ctx, settings)
	if err != nil {
		return nil, err
	}
	return &pb.OpenModalityResponse{Session: s.sessions.add(&session{modality: m})}, nil
}

func (s *server) Close(ctx context.Context, in *pb.CloseRequest) (*pb.CloseResponse, error) {
	found, err := s.sessions.find(in.Session)
	if err != nil {
		return nil, err
	}
	leave, err := found.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	found.closed = true
	s.sessions.remove(in.Session)
	for _, v := range []any{found.model, found.modality} {
		if c, ok := v.(io.Closer); ok {
			return &pb.CloseResponse{}, c.Close()
		}
	}
	return &pb.CloseResponse{}, nil
}

func (s *server) Save(ctx context.Context, in *pb.SaveRequest) (*pb.SaveResponse, error) {
	saver, leave, err := s.saver(ctx, in.Session)
	if err != nil {
		return nil, err
	}
	defer leave()
	return &pb.SaveResponse{}, saver.Save(ctx, string(in.Path))
}

func (s *server) Load(ctx context.Context, in *pb.LoadRequest) (*pb.LoadResponse, error) {
	saver, leave, err := s.saver(ctx, in.Session)
	if err != nil {
		return nil, err
	}
	defer leave()
	return &pb.LoadResponse{}, saver.Load(ctx, string(in.Path))
}

func (s *server) saver(ctx context.Context, id string) (sdk.Saver, func(), error) {
	m, leave, err := s.sessions.model(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	saver, err := sdk.As[sdk.Saver](m)
	if err != nil {
		leave()
		return nil, nil, err
	}
	return saver, leave, nil
}
