package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

// A modality is an [sdk.Modality] in the plugin.
type modality struct {
	remote
	can []sdk.Ability
}

var (
	_ sdk.Modality = (*modality)(nil)
	_ sdk.Measurer = (*modality)(nil)
	_ sdk.Prompter = (*modality)(nil)
	_ io.Closer    = (*modality)(nil)
)

// Abilities tells [sdk.As] what the plugin's modality can do.
func (m *modality) Abilities() []sdk.Ability { return m.can }

func (m *modality) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := m.client.Inspect(ctx, &pb.InspectRequest{Session: m.session, Source: toSource(src)})
	if err != nil {
		return sdk.Info{}, err
	}
	var info sdk.Info
	var files listReader
	for first := true; ; first = false {
		out, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF) && !first:
			info.Files = files.list
			return info, nil
		case errors.Is(err, io.EOF):
			return sdk.Info{}, fmt.Errorf("%w: inspect gave nothing", sdk.ErrProtocol)
		case err != nil:
			return sdk.Info{}, err
		case first:
			info = fromInfo(out.Info)
		}
		if err := files.add(fromPaths(out.Files)...); err != nil {
			return sdk.Info{}, err
		}
	}
}

// Read lets the plugin write the file of a [dataset.Writer] itself; the rows
// for any other writer go through a temporary file.
func (m *modality) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	if d, ok := w.(*dataset.Writer); ok {
		path, err := filepath.Abs(d.Path())
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		rows, err := m.read(ctx, src, path, d.Progress)
		if err != nil {
			return err
		}
		return d.Adopt(rows)
	}
	path, remove, err := temporary()
	if err != nil {
		return err
	}
	defer remove()
	if _, err := m.read(ctx, src, path, nil); err != nil {
		return err
	}
	f, err := dataset.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return copyRows(ctx, w, f, f.Storage())
}

// read lets the plugin write a dataset file, and returns how many rows it has.
func (m *modality) read(ctx context.Context, src sdk.Source, path string, told func(rows int)) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in := &pb.ReadRequest{Session: m.session, Source: toSource(src), Path: []byte(path)}
	stream, err := m.client.Read(ctx, in)
	if err != nil {
		return 0, err
	}
	rows := 0
	for {
		e, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return 0, err
		}
		rows = int(e.Rows)
		if told != nil {
			told(rows)
		}
	}
}

func (m *modality) Write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := m.client.Write(ctx)
	if err != nil {
		return nil, err
	}
	in := &pb.WriteRequest{Session: m.session, Space: toSpace(space), Dir: []byte(abs)}
	if err := sendNames(stream, in, names); err != nil {
		return nil, err
	}
	err = sendRows(stream, rows, func(c *pb.Chunk) *pb.WriteRequest { return &pb.WriteRequest{Rows: c} })
	if err != nil {
		return nil, err
	}
	return receivePaths(stream)
}

type writeStream = grpc.BidiStreamingClient[pb.WriteRequest, pb.WriteResponse]

func sendNames(stream writeStream, first *pb.WriteRequest, names []string) error {
	err := stream.Send(first)
	for part := range portions(names) {
		if err == nil {
			err = stream.Send(&pb.WriteRequest{Names: part})
		}
	}
	if errors.Is(err, io.EOF) { // the plugin says why when it is asked for paths
		return nil
	}
	return err
}

func receivePaths(stream writeStream) ([]string, error) {
	var paths listReader
	for {
		out, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return paths.list, nil
		}
		if err == nil {
			err = paths.add(fromPaths(out.Paths)...)
		}
		if err != nil {
			return nil, err
		}
	}
}

func (m *modality) Preview(ctx context.Context, space sdk.Space, rows sdk.Batch, columns int) (sdk.Preview, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := m.client.Preview(ctx)
	if err != nil {
		return sdk.Preview{}, err
	}
	in := &pb.PreviewRequest{Session: m.session, Space: toSpace(space), Columns: int64(columns)}
	err = sendRows(stream, rows, func(c *pb.Chunk) *pb.PreviewRequest {
		request := in
		request.Rows, in = c, &pb.PreviewRequest{}
		return request
	})
	if err != nil {
		return sdk.Preview{}, err
	}
	var png, text []byte
	for {
		out, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return sdk.Preview{PNG: png, Text: string(text)}, nil
		}
		if err != nil {
			return sdk.Preview{}, err
		}
		png, text = append(png, out.Png...), append(text, out.Text...)
		if len(png)+len(text) > maxList {
			return sdk.Preview{}, fmt.Errorf("%w: a preview is longer than %d bytes", sdk.ErrBadInput, maxList)
		}
	}
}
