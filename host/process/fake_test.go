//go:build unix && !aix && !solaris

package process

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/genhost/genhost/host/process/sandbox"
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/serve"
)

// asVariable makes the test binary something other than a test.
const asVariable = "GENHOST_TEST_AS"

func TestMain(m *testing.M) {
	sandbox.Main()
	switch as := os.Getenv(asVariable); as {
	case "", "user":
		os.Exit(m.Run())
	case "host":
		beHost()
	case "container":
		beInContainer(m)
	case "host of a stranger":
		beHostOfAStranger()
	default:
		bePlugin(as)
	}
}

// beHost starts a plugin that has a child, and a program that reads no
// lifeline, prints their numbers and waits to be killed.
func beHost() {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	p, err := Start(context.Background(), Spec{
		Name: "fake", Path: exe, Env: []string{asVariable + "=parent"}, Sandbox: &sandbox.Sandbox{},
	})
	if err != nil {
		panic(err)
	}
	stranger := exec.Command("sleep", "300")
	setGroup(stranger)
	if err := startProcess(stranger, nil); err != nil {
		panic(err)
	}
	fmt.Println(p.program.cmd.Process.Pid, p.Plugin().Doc, stranger.Process.Pid)
	select {}
}

func bePlugin(as string) {
	offer := func(doc string) sdk.Plugin {
		return sdk.Plugin{
			Name: "fake", Version: "0.1.0", Doc: doc,
			Models: []sdk.ModelSpec{{
				Name: "fake", Family: "fake", Doc: "does as it is told",
				ModelMaker: sdk.MakeModel(fakeSettings{}, func(s fakeSettings, _ sdk.Space) (*fake, error) { return &fake{s.Do}, nil }),
			}},
		}
	}
	socket := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s")
	switch as {
	case "good":
		serve.Main(offer("good"))
	case "environment":
		serve.Main(offer(strconv.Quote(strings.Join(os.Environ(), "\n"))))
	case "parent":
		child := exec.Command("sleep", "300")
		if err := child.Start(); err != nil {
			panic(err)
		}
		serve.Main(offer(strconv.Itoa(child.Process.Pid)))
	case "stubborn": // ignores being asked to end, and leaves a child in its group
		signal.Ignore(syscall.SIGTERM)
		exec.Command("sleep", "300").Start()
		serve.Main(offer("stubborn"))
		select {}
	case "chatty":
		fmt.Println("Hello from the imported library")
		serve.Main(offer("chatty"))
	case "invalid":
		serve.Main(sdk.Plugin{Name: "fake"})
	case "panics":
		panic("no cheese at all")
	case "silent":
		select {}
	case "mute": // takes connections and says nothing
		listener := mustListen(socket)
		fmt.Printf("1|1|unix|%s|grpc|%s\n", socket, certificate())
		for {
			if _, err := listener.Accept(); err != nil {
				panic(err)
			}
		}
	case "plain": // promises TLS and speaks something else
		listener := mustListen(socket)
		fmt.Printf("1|1|unix|%s|grpc|%s\n", socket, certificate())
		for {
			c, err := listener.Accept()
			if err != nil {
				panic(err)
			}
			fmt.Fprint(c, "220 mail.example.org ESMTP\r\n")
		}
	default: // a handshake
		fmt.Println(strings.ReplaceAll(as, "CERT", certificate()))
		time.Sleep(time.Hour)
	}
}

func mustListen(path string) net.Listener {
	l, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	return l
}

// certificate returns one that is well formed, as a handshake has it.
func certificate() string {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		panic(err)
	}
	return base64.RawStdEncoding.EncodeToString(der)
}

type fakeSettings struct {
	Do string `json:"do" help:"what Generate does"`
}

type fake struct{ do string }

func (f *fake) Train(ctx context.Context, job *sdk.Job) error {
	for range job.Batches(1, 1000) {
		if job.Step(sdk.Metrics{"loss": 1}) != nil || f.do == "exit" {
			fmt.Fprintln(os.Stderr, "these are my last words")
			os.Exit(3)
		}
	}
	return nil
}

func (f *fake) Encode(_ context.Context, x sdk.Batch) (sdk.Batch, error) { return x, nil }

func (f *fake) Generate(context.Context, sdk.GenerateRequest) (sdk.Batch, error) {
	switch f.do {
	case "panic":
		go func() { panic("out of cheese") }()
		select {}
	case "hang":
		select {}
	case "chat":
		long := strings.Repeat("x", 300<<10)
		stdout, err := syscall.Dup(1) // the one it was started with
		if err != nil {
			return sdk.Batch{}, err
		}
		file := os.NewFile(uintptr(stdout), "stdout")
		defer file.Close()
		if _, err := file.WriteString(long); err != nil {
			return sdk.Batch{}, err
		}
		fmt.Println("on stdout")
		fmt.Fprintln(os.Stderr, "on stderr")
	}
	if what, which, ok := strings.Cut(f.do, " "); ok {
		return sdk.MakeBatch(1, 2), misbehave(what, which)
	}
	return sdk.MakeBatch(1, 2), nil
}

// misbehave does what a plugin has no business to do.
func misbehave(what, which string) error {
	switch what {
	case "read":
		_, err := os.ReadFile(which)
		return err
	case "take": // what it was started with
		fd, err := strconv.Atoi(which)
		if err != nil {
			return err
		}
		_, err = syscall.Read(fd, make([]byte, 1))
		return err
	case "write":
		return os.WriteFile(which, []byte("gotcha"), 0o644)
	case "remove":
		return os.Remove(which)
	case "run":
		return exec.Command(which).Run()
	case "dial":
		network, address, _ := strings.Cut(which, " ")
		c, err := net.Dial(network, address)
		if err != nil {
			return err
		}
		defer c.Close()
		_, err = c.Write([]byte("hello"))
		return err
	case "kill":
		pid, err := strconv.Atoi(which)
		if err != nil {
			return err
		}
		return syscall.Kill(pid, syscall.SIGUSR1)
	case "shm": // System V shared memory of another
		id, err := strconv.Atoi(which)
		if err != nil {
			return err
		}
		return attach(id)
	case "fork": // each child in a session of its own
		n, err := strconv.Atoi(which)
		if err != nil {
			return err
		}
		for range n {
			child := exec.Command("sleep", "300")
			child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			if err := child.Start(); err != nil {
				return err
			}
		}
		select {}
	case "hoard":
		n, err := strconv.Atoi(which)
		if err != nil {
			return err
		}
		b := make([]byte, n)
		for i := range b {
			b[i] = 1
		}
		time.Sleep(time.Minute)
		return nil
	}
	return fmt.Errorf("cannot %s", what)
}
