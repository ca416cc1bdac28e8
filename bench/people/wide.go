package people

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"passerelle/plugins/record"
)

// Wide is a mapping of so many fields, the key among them: of an employee's extra
// fields one is copied, the next one written in capitals.
func Wide(fields int) (sources []Source, columns, expressions []string) {
	sources = append(sources, Sources[id], Sources[matricule])
	columns, expressions = []string{"matricule"}, []string{"person.matricule"}
	for n := 1; n < fields; n++ {
		name := fmt.Sprintf("x%d", n)
		sources = append(sources, Source{name, name, record.String})
		columns = append(columns, name)
		expression := "person." + name
		if n%2 == 0 {
			expression += ".upper()"
		}
		expressions = append(expressions, expression)
	}
	return sources, columns, expressions
}

// WideByHand writes what such a mapping must give.
func WideByHand(fields int) Loop {
	return func(in io.Reader, out io.Writer) error {
		w := bufio.NewWriterSize(out, 1<<16)
		err := lines(in, func(data []byte) error {
			var e map[string]any
			if err := json.Unmarshal(data, &e); err != nil {
				return err
			}
			fmt.Fprintf(w, `{"matricule":%q`, e["employeeNumber"])
			for n := 1; n < fields; n++ {
				text, _ := e[fmt.Sprintf("x%d", n)].(string)
				if n%2 == 0 {
					text = strings.ToUpper(text)
				}
				fmt.Fprintf(w, `,"x%d":%q`, n, text)
			}
			_, err := w.WriteString("}\n")
			return err
		})
		if err != nil {
			return err
		}
		return w.Flush()
	}
}
