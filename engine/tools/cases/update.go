package cases

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/tools/format"
)

// Update writes what is sent into the expectations that agree with everything
// but the output, and gives the files that it changed. An expectation that
// several cases share stays as it is, and so does one that says contains.
func Update(r *Report) ([]string, diag.Diagnostics) {
	shared := map[*lang.Expectation]int{}
	for _, result := range r.Results {
		for _, e := range result.of.Expects {
			shared[e]++
		}
	}
	outputs := map[string]map[int][]byte{} // by file and where the block begins
	for _, result := range r.Results {
		left := slices.Clone(result.became)
		for _, e := range result.of.Expects {
			b := take(&left, e)
			if b == nil || len(b.Output) == 0 || e.Contains != nil || shared[e] > 1 || !onlyOutput(result.Failures, e) {
				continue
			}
			if outputs[e.Block.File] == nil {
				outputs[e.Block.File] = map[int][]byte{}
			}
			outputs[e.Block.File][e.Block.Start.Byte] = b.Output
		}
	}
	var changed []string
	var found diag.Diagnostics
	for _, name := range sortedKeys(outputs) {
		before := r.Sources[name]
		after := fill(name, before, outputs[name])
		if bytes.Equal(before, after) {
			continue
		}
		file := &format.File{Name: name, Before: before, After: after}
		if err := file.Write(); err != nil {
			found = append(found, diag.From(err, "writing "+name)...)
			continue
		}
		r.Sources[name] = after
		changed = append(changed, name)
	}
	return changed, found
}

func sortedKeys[V any](of map[string]V) []string {
	var out []string
	for name := range of {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// onlyOutput reports whether an expectation failed in its output alone, or is
// there to be filled in.
func onlyOutput(failures []Failure, e *lang.Expectation) bool {
	wrong := e.Output == nil
	for _, f := range failures {
		if f.Place != e.Block {
			continue
		}
		if !strings.HasPrefix(f.What, "output") {
			return false
		}
		wrong = true
	}
	return wrong
}

// edit puts a text in the place of some bytes.
type edit struct {
	start, end int
	text       string
}

// fill writes outputs into the text of a file. One in HCL's own layout keeps it;
// of another the rest stays as it was written.
func fill(name string, src []byte, outputs map[int][]byte) []byte {
	if strings.HasSuffix(name, ".json") {
		return src
	}
	file, problems := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if problems.HasErrors() {
		return src
	}
	var edits []edit
	var visit func(body *hclsyntax.Body)
	visit = func(body *hclsyntax.Body) {
		for _, b := range body.Blocks {
			if output, ok := outputs[b.DefRange().Start.Byte]; ok && b.Type == "expect" {
				edits = append(edits, editOf(src, b, output))
			}
			visit(b.Body)
		}
	}
	visit(file.Body.(*hclsyntax.Body))
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(b.start, a.start) }) // from the end
	out := src
	for _, e := range edits {
		out = slices.Concat(out[:e.start], []byte(e.text), out[e.end:])
	}
	canonical, _ := format.Source(name, src)
	if formatted, found := format.Source(name, out); !found.HasErrors() && bytes.Equal(canonical, src) {
		return formatted
	}
	return out
}

// editOf fills one expect block in, one step further in than the block stands.
func editOf(src []byte, b *hclsyntax.Block, output []byte) edit {
	begins := b.DefRange().Start.Byte
	line := src[bytes.LastIndexByte(src[:begins], '\n')+1 : begins]
	outer := string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
	inner := outer + "  "
	text := strings.TrimSuffix(string(hclwrite.Format([]byte("output = "+hclOf(output)+"\n"))), "\n")
	text = strings.ReplaceAll(text, "\n", "\n"+inner)
	if a := b.Body.Attributes["output"]; a != nil {
		return edit{a.SrcRange.Start.Byte, a.SrcRange.End.Byte, text}
	}
	open, shut := b.OpenBraceRange.End.Byte, b.CloseBraceRange.Start.Byte
	if b.OpenBraceRange.Start.Line == b.CloseBraceRange.Start.Line {
		inside := strings.TrimSpace(string(src[open:shut]))
		return edit{open, shut, "\n" + inner + inside + "\n" + inner + text + "\n" + outer}
	}
	end := bytes.LastIndexByte(src[:shut], '\n') + 1
	return edit{end, end, inner + text + "\n"}
}

// hclOf writes a JSON object as HCL does, its fields in their order.
func hclOf(text []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var b strings.Builder
	writeValue(&b, decoder)
	return b.String()
}

func writeValue(b *strings.Builder, decoder *json.Decoder) {
	token, err := decoder.Token()
	if err != nil {
		return
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			b.WriteString("{\n")
			for decoder.More() {
				key, _ := decoder.Token()
				name, _ := key.(string)
				if hclsyntax.ValidIdentifier(name) && name != "null" && name != "true" && name != "false" && name != "for" {
					b.WriteString(name)
				} else {
					b.WriteString(quoted(name))
				}
				b.WriteString(" = ")
				writeValue(b, decoder)
				b.WriteString("\n")
			}
		} else {
			b.WriteString("[")
			for first := true; decoder.More(); first = false {
				if !first {
					b.WriteString(", ")
				}
				writeValue(b, decoder)
			}
		}
		_, _ = decoder.Token()
		b.WriteString(map[json.Delim]string{'{': "}", '[': "]"}[t])
	case string:
		b.WriteString(quoted(t))
	case json.Number:
		b.WriteString(t.String())
	case bool:
		b.WriteString(map[bool]string{true: "true", false: "false"}[t])
	default:
		b.WriteString("null")
	}
}

func quoted(text string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes())
}
