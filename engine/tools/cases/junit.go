package cases

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The form that build servers read: one suite a workspace, one case a case.
type suites struct {
	XMLName xml.Name `xml:"testsuites"`
	Suites  []suite  `xml:"testsuite"`
}

type suite struct {
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Time     string     `xml:"time,attr"`
	Cases    []testcase `xml:"testcase"`
}

type testcase struct {
	Class   string  `xml:"classname,attr"`
	Name    string  `xml:"name,attr"`
	File    string  `xml:"file,attr"`
	Line    int     `xml:"line,attr"`
	Time    string  `xml:"time,attr"`
	Failure *reason `xml:"failure,omitempty"`
	Error   *reason `xml:"error,omitempty"`
}

type reason struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes a report as JUnit's XML.
func WriteJUnit(out io.Writer, name string, r *Report) error {
	s := suite{Name: name, Tests: len(r.Results)}
	total := 0.0
	for _, result := range r.Results {
		c := testcase{
			Class: result.Mapping, Name: result.Title(), File: result.File, Line: result.Line,
			Time: fmt.Sprintf("%.3f", result.Took.Seconds()),
		}
		total += result.Took.Seconds()
		switch {
		case len(result.Found) > 0:
			s.Errors++
			c.Error = &reason{Message: result.Found[0].Summary, Text: result.Found[0].Detail}
		case !result.Passed:
			s.Failures++
			var lines []string
			for _, f := range result.Failures {
				lines = append(lines, f.String())
			}
			c.Failure = &reason{Message: lines[0], Text: strings.Join(lines, "\n")}
		}
		s.Cases = append(s.Cases, c)
	}
	s.Time = fmt.Sprintf("%.3f", total)
	if _, err := io.WriteString(out, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(out)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suites{Suites: []suite{s}}); err != nil {
		return err
	}
	_, err := io.WriteString(out, "\n")
	return err
}

// String is one line for people.
func (f Failure) String() string {
	text := f.What + ": expected " + f.Expected + ", got " + f.Got
	if f.Why != "" && f.Why != f.Got {
		text += " (" + f.Why + ")"
	}
	text += ", at " + f.At
	if f.MapLine != "" {
		text += "; the mapping: " + f.MapLine
	}
	return text
}
