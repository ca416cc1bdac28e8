package people

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"passerelle/plugins/record"
)

// Loop reads employees, one a line, and writes what is made of them, one a line.
type Loop func(in io.Reader, out io.Writer) error

// Scan is the first loop: on the project's own scanner, with the mapping written
// out in Go. It is the limit, for an engine must do this work at least.
func Scan(in io.Reader, out io.Writer) error {
	scanner, err := record.NewScanner(Slots())
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 1<<16)
	row, profile := make([]record.Value, len(Sources)), make([]record.Value, len(Columns))
	var line []byte
	err = lines(in, func(data []byte) error {
		faults, err := scanner.Scan(data, row)
		if err != nil {
			return err
		}
		if len(faults) > 0 {
			return faults[0]
		}
		MapByHand(row, profile)
		line = appendProfile(line[:0], profile)
		_, err = w.Write(line)
		return err
	})
	if err != nil {
		return err
	}
	return w.Flush()
}

// The places of what the mapping reads, in a row.
const (
	id = iota
	matricule
	lastName
	firstName
	civility
	mail
	phone
	birthDate
	contractStart
	site
)

// Source is one field that the mapping reads.
type Source struct {
	Name, Path string
	Kind       record.Kind
}

// Sources are the fields of the mapping file, in the order of the slots.
var Sources = []Source{
	id:            {"id", "id", record.String},
	matricule:     {"matricule", "employeeNumber", record.String},
	lastName:      {"last_name", "lastName", record.String},
	firstName:     {"first_name", "firstName", record.String},
	civility:      {"civility", "civilTitle", record.String},
	mail:          {"mail", "mail", record.String},
	phone:         {"phone", "phone", record.String},
	birthDate:     {"birth_date", "birthDate", record.Date},
	contractStart: {"contract_start", "dtContractStart", record.Date},
	site:          {"site", "legalEntity.name", record.String},
}

// Slots are what the mapping reads of an employee.
func Slots() []record.Slot {
	out := make([]record.Slot, len(Sources))
	for i, p := range Sources {
		path, err := record.ParsePath(p.Path)
		if err != nil {
			panic(err) // they are written above
		}
		out[i] = record.Slot{Path: path, Type: record.Basic(p.Kind)}
	}
	return out
}

// Columns are the target's fields, in the order in which they are written.
var Columns = []string{"matricule", "nom", "nom_complet", "email", "civilite", "naissance", "entree", "telephone", "zone"}

// MapByHand is the mapping of nine fields, written out: row as the slots have it,
// out one value a column. A person without a telephone number gets none.
func MapByHand(row, out []record.Value) {
	last := row[lastName].Text()
	out[0] = row[matricule]
	out[1] = record.NewString(strings.ToUpper(last))
	out[2] = record.NewString(row[firstName].Text() + " " + last)
	out[3] = record.NewString(strings.ToLower(row[mail].Text()))
	out[4] = record.NewString("M.")
	if row[civility].Text() == "Miss" {
		out[4] = record.NewString("Mme")
	}
	out[5] = record.NewString(french(row[birthDate]))
	out[6] = row[contractStart]
	out[7] = record.NewString(strings.ReplaceAll(row[phone].Text(), " ", ""))
	switch row[site].Text() {
	case "Lyon", "Grenoble", "Annecy":
		out[8] = record.NewString("Sud-Est")
	default:
		out[8] = record.NewString("Autre")
	}
}

// french is dd/MM/yyyy.
func french(v record.Value) string {
	year, month, day := v.Civil()
	b := [10]byte{byte('0' + day/10), byte('0' + day%10), '/', byte('0' + month/10), byte('0' + month%10), '/'}
	strconv.AppendInt(b[:6], int64(year), 10)
	return string(b[:])
}

// keys are the columns as they stand before their values.
var keys = func() [][]byte {
	var out [][]byte
	for _, name := range Columns {
		out = append(out, []byte(`,"`+name+`":`))
	}
	return out
}()

// appendProfile writes one object and the end of the line. The first column is
// never empty.
func appendProfile(b []byte, profile []record.Value) []byte {
	start := len(b)
	for i, v := range profile {
		if !v.IsEmpty() {
			b = v.AppendJSON(append(b, keys[i]...))
		}
	}
	b[start] = '{'
	return append(b, '}', '\n')
}

// lines gives each line without its end. What it gives is valid until it is
// called again.
func lines(in io.Reader, each func([]byte) error) error {
	r := bufio.NewReaderSize(in, 1<<16)
	for n := 1; ; n++ {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := each(line[:len(line)-1]); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
}
