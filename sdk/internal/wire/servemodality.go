package wire

import (
	"context"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

func (s *server) Inspect(in *pb.InspectRequest, stream grpc.ServerStreamingServer[pb.InspectResponse]) error {
	m, leave, err := s.sessions.modality(stream.Context(), in.Session)
	if err != nil {
		return err
	}
	defer leave()
	info, err := m.Inspect(stream.Context(), fromSource(in.Source))
	if err != nil {
		return err
	}
	if err := stream.Send(&pb.InspectResponse{Info: toInfo(info)}); err != nil {
		return err
	}
	for part := range portions(toPaths(info.Files)) {
		if err := stream.Send(&pb.InspectResponse{Files: part}); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) Read(in *pb.ReadRequest, stream grpc.ServerStreamingServer[pb.ReadEvent]) error {
	m, leave, err := s.sessions.modality(stream.Context(), in.Session)
	if err != nil {
		return err
	}
	defer leave()
	w := &reportingWriter{Writer: dataset.Create(string(in.Path)), stream: stream}
	defer w.Abort()
	if err := m.Read(stream.Context(), fromSource(in.Source), w); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return stream.Send(&pb.ReadEvent{Rows: int64(w.Rows())})
}

// A reportingWriter tells the host now and then how many rows there are, and
// stops when the host has gone.
type reportingWriter struct {
	*dataset.Writer
	stream grpc.ServerStreamingServer[pb.ReadEvent]
	told   time.Time
}

func (w *reportingWriter) Write(rows sdk.Batch) error {
	if err := w.stream.Context().Err(); err != nil {
		return err
	}
	if err := w.Writer.Write(rows); err != nil {
		return err
	}
	if time.Since(w.told) < 200*time.Millisecond {
		return nil
	}
	w.told = time.Now()
	return w.stream.Send(&pb.ReadEvent{Rows: int64(w.Rows())})
}

func (s *server) Write(stream grpc.BidiStreamingServer[pb.WriteRequest, pb.WriteResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	if _, err := s.sessions.find(first.Session); err != nil {
		return err
	}
	var names listReader
	request := first
	err = names.add(request.Names...)
	for err == nil && request.Rows == nil { // names come before rows
		if request, err = stream.Recv(); err == nil {
			err = names.add(request.Names...)
		}
	}
	if err != nil {
		return err
	}
	rows, err := receive(request.Rows, func() (*pb.Chunk, error) {
		r, err := stream.Recv()
		return r.GetRows(), err
	})
	if err != nil {
		return err
	}
	m, leave, err := s.sessions.modality(stream.Context(), first.Session)
	if err != nil {
		return err
	}
	defer leave()
	paths, err := m.Write(stream.Context(), fromSpace(first.Space), rows, string(first.Dir), names.list)
	if err != nil {
		return err
	}
	for part := range portions(toPaths(paths)) {
		if err := stream.Send(&pb.WriteResponse{Paths: part}); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) Preview(stream grpc.BidiStreamingServer[pb.PreviewRequest, pb.PreviewResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	if _, err := s.sessions.find(first.Session); err != nil {
		return err
	}
	rows, err := receive(first.Rows, func() (*pb.Chunk, error) {
		r, err := stream.Recv()
		return r.GetRows(), err
	})
	if err != nil {
		return err
	}
	p, err := s.preview(stream.Context(), first, rows)
	if err != nil {
		return err
	}
	for part := range pieces(p.PNG) {
		if err := stream.Send(&pb.PreviewResponse{Png: part}); err != nil {
			return err
		}
	}
	for part := range pieces([]byte(p.Text)) {
		if err := stream.Send(&pb.PreviewResponse{Text: part}); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) preview(ctx context.Context, in *pb.PreviewRequest, rows sdk.Batch) (sdk.Preview, error) {
	m, leave, err := s.sessions.modality(ctx, in.Session)
	if err != nil {
		return sdk.Preview{}, err
	}
	defer leave()
	return m.Preview(ctx, fromSpace(in.Space), rows, int(in.Columns))
}
