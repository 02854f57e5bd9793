// Verifies a transparency log with Go's own packages: go run . VKEY DIR [OLDER-CHECKPOINT...]
//
// The checkpoint by sumdb/note, every tile against it and proofs by sumdb/tlog, and every entry against its leaf. Older checkpoints must be
// its beginnings. Prints the number of entries.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

// C2SP's path: Go's own has the height in it.
func path(kind string, tile tlog.Tile) string {
	rest := strings.SplitN(tile.Path(), "/", 4)[3]
	return filepath.Join("tile", kind, rest)
}

func (dir folder) Height() int { return 8 }

func (dir folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (dir folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(dir), path(strconv.Itoa(tile.L), tile)))
		if err != nil {
			return nil, err
		}
		read = append(read, data)
	}
	return read, nil
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func tree(file string, verifier note.Verifier) tlog.Tree {
	signed := must(note.Open(must(os.ReadFile(file)), note.VerifierList(verifier)))
	lines := strings.Split(signed.Text, "\n")
	if lines[0] != verifier.Name() {
		log.Fatalf("%s is of the log %q", file, lines[0])
	}
	return tlog.Tree{N: must(strconv.ParseInt(lines[1], 10, 64)), Hash: must(tlog.ParseHash(lines[2]))}
}

func main() {
	log.SetFlags(0)
	verifier := must(note.NewVerifier(os.Args[1]))
	dir := folder(os.Args[2])
	head := tree(filepath.Join(string(dir), "checkpoint"), verifier)
	reader := tlog.TileHashReader(head, dir)

	for start := int64(0); start < head.N; start += 256 {
		width := min(256, head.N-start)
		bundle := must(os.ReadFile(filepath.Join(string(dir), path("entries", tlog.Tile{H: 8, L: 0, N: start / 256, W: int(width)}))))
		var places []int64
		for at := range width {
			places = append(places, tlog.StoredHashIndex(0, start+at))
		}
		hashes := must(reader.ReadHashes(places))
		for at := range width {
			length := binary.BigEndian.Uint16(bundle)
			entry := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			leaf := tlog.RecordHash(entry)
			if leaf != hashes[at] {
				log.Fatalf("entry %d is not the one in the tree", start+at)
			}
			if at%17 == 0 {
				proof := must(tlog.ProveRecord(head.N, start+at, reader))
				if err := tlog.CheckRecord(proof, head.N, head.Hash, start+at, leaf); err != nil {
					log.Fatal(err)
				}
			}
		}
		if len(bytes.TrimSpace(bundle)) != 0 {
			log.Fatalf("the bundle at %d has more than its entries", start)
		}
	}
	for _, file := range os.Args[3:] {
		older := tree(file, verifier)
		proof := must(tlog.ProveTree(head.N, older.N, reader))
		if err := tlog.CheckTree(proof, head.N, head.Hash, older.N, older.Hash); err != nil {
			log.Fatalf("%s is not a beginning of the log: %v", file, err)
		}
	}
	fmt.Println(head.N)
}
