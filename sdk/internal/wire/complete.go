package wire

import (
	"context"
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

// Complete asks the plugin for rows of which numbers are given.
func (m *model) Complete(ctx context.Context, r sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
	given.Conditions = r.Conditions
	x, err := m.generate(ctx, m.client.Complete, r, given)
	return m.answer("complete", x, err, r.N, m.shape)
}

// Complete carries out the request of a host.
func (s *server) Complete(stream grpc.BidiStreamingServer[pb.GenerateRequest, pb.Chunk]) error {
	return answer(s, stream, (*pb.GenerateRequest).GetConditions, func(ctx context.Context, m sdk.Model, r *pb.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
		c, err := sdk.As[sdk.Completer](m)
		if err != nil {
			return sdk.Batch{}, err
		}
		req := fromGenerate(r, given)
		given.Conditions = nil
		return c.Complete(ctx, req, given)
	})
}

// Prompt asks the plugin what a person's words mean.
func (m *modality) Prompt(ctx context.Context, space sdk.Space, text string) (sdk.Batch, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := m.client.Prompt(ctx, &pb.PromptRequest{Session: m.session, Space: toSpace(space), Text: []byte(text)})
	if err != nil {
		return sdk.Batch{}, err
	}
	row, err := receiveRows(stream)
	if err == nil && (!slices.Equal(row.Shape, space.Shape) || row.Len() != 1) {
		err = fmt.Errorf("%w: prompt: %d rows of shape %v, want one of %v", sdk.ErrProtocol, row.Len(), row.Shape, space.Shape)
	}
	return row, err
}

// Prompt carries out the request of a host.
func (s *server) Prompt(in *pb.PromptRequest, stream grpc.ServerStreamingServer[pb.Chunk]) error {
	m, leave, err := s.sessions.modality(stream.Context(), in.Session)
	if err != nil {
		return err
	}
	defer leave()
	prompter, err := sdk.As[sdk.Prompter](m)
	if err != nil {
		return err
	}
	row, err := prompter.Prompt(stream.Context(), fromSpace(in.Space), string(in.Text))
	if err != nil {
		return err
	}
	return send(row, stream.Send)
}
