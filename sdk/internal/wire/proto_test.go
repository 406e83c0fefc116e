package wire

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
)

func TestGeneratedCodeIsOfTheProto(t *testing.T) {
	if _, err := exec.LookPath("protoc"); err != nil {
		t.Skip("no protoc here; the continuous integration has it")
	}
	path := filepath.Join(t.TempDir(), "set")
	if out, err := exec.Command("protoc", "--descriptor_set_out="+path, "genhost.proto").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(data, &set); err != nil {
		t.Fatal(err)
	}
	if want, got := set.File[0], protodesc.ToFileDescriptorProto(pb.File_genhost_proto); !proto.Equal(got, want) {
		t.Error("genhost.proto is not what wirepb was made from: run go generate")
	}
}
