package compile

import (
	"errors"
	"unicode/utf8"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// sourceField resolves one field's path and type. Of a wrong field it gives what
// is known, so that the expressions that name it can be checked.
func (c *compiler) sourceField(connection *lang.Connection, fields *catalogue, field *lang.Field, block string) (SourceField, record.Slot) {
	out := SourceField{Name: field.Name, Required: field.Required, Decl: field, Type: typeNamed(field.Type)}
	blocks := []string{block}
	if field.Section != nil {
		blocks = append(blocks, "section "+quote(field.Section.Name))
	}
	path, d := pathOf(fields, field)
	c.broken = c.broken || path == nil || field.Type == "" && field.TypeR.File != ""
	slot := record.Slot{Path: path}
	if d == nil && path != nil {
		if w := fields.reference(path); w != nil && field.Section == nil {
			d = c.walk(&out, &slot, walking{connection: connection, fields: fields, path: path, reference: w})
		} else {
			d = c.describe(&out, fields, path)
		}
	}
	if d != nil {
		c.report(*d, blocks...)
	}
	if out.Walk == nil {
		slot.Type = out.Type
	}
	return out, slot
}

// pathOf is the field's path in the record; nil without a diagnostic where lang
// has refused it.
func pathOf(fields *catalogue, field *lang.Field) (record.Path, *diag.Diagnostic) {
	if field.Path == "" {
		return nil, nil
	}
	path, err := record.ParsePath(field.Path)
	if err != nil {
		return nil, badPath(field, err)
	}
	if field.Section == nil {
		return path, nil
	}
	resource := fields.resource
	if resource.GetSectionPath() == "" {
		return nil, &diag.Diagnostic{
			Code: "no-sections", Subject: &field.Section.Range,
			Summary: "The resource " + quote(resource.GetName()) + " has no sections",
			Detail:  "Its connector knows of no custom fields there.",
			Remedy:  "Declare the field outside a section.",
		}
	}
	section := stepsOf(resource.GetSectionPath())
	if beginsWith(path, section) {
		return nil, &diag.Diagnostic{
			Code: "bad-path", Subject: &field.PathR,
			Summary: "In a section, the path begins after " + quote(resource.GetSectionPath()),
			Detail:  "That is where the connector keeps custom fields, so a section's paths start there by themselves.",
			Remedy:  "Write path = " + quote(path[len(section):].String()) + ".",
		}
	}
	return append(section, path...), nil
}

// badPath points at the sign where the path can't be read on, if the path stands
// in the file as it is.
func badPath(field *lang.Field, err error) *diag.Diagnostic {
	subject, detail := field.PathR, err.Error()
	var wrong *record.PathError
	if errors.As(err, &wrong) {
		detail = wrong.Reason
		if field.PathR.End.Byte-field.PathR.Start.Byte == len(field.Path) && wrong.Offset < len(field.Path) {
			_, size := utf8.DecodeRuneInString(field.Path[wrong.Offset:])
			subject.Start.Byte += wrong.Offset
			subject.Start.Column += utf8.RuneCountInString(field.Path[:wrong.Offset])
			subject.End = subject.Start
			subject.End.Byte += size
			subject.End.Column++
		}
	}
	return &diag.Diagnostic{
		Code: "bad-path", Subject: &subject,
		Summary: "The path of field " + quote(field.Name) + " can't be read",
		Detail:  sentence(detail),
		Remedy:  `Write names joined by dots, quoted where needed: department.name, extendedData[\"e_Nom-de-la-voie\"], list[0].`,
	}
}

// describe holds a field against what the connector says of its path, and fills
// in its type.
func (c *compiler) describe(out *SourceField, fields *catalogue, path record.Path) *diag.Diagnostic {
	decl, resource := out.Decl, fields.resource
	described := fields.at(path)
	switch {
	case described.field.GetWriteOnly():
		return &diag.Diagnostic{
			Code: "write-only-field", Subject: &decl.PathR,
			Summary: "The field " + quote(decl.Path) + " can't be read",
			Detail:  "The connector only writes it; the other system never gives it back.",
			Remedy:  "Read another field, or remove this one.",
		}
	case described.field != nil || decl.Section != nil:
	case !resource.GetOpen() && fields.within(path) != nil:
		return noReference(decl, fields, fields.within(path))
	case !resource.GetOpen():
		return &diag.Diagnostic{
			Code: "unknown-field", Subject: &decl.PathR,
			Summary: "Unknown field " + quote(decl.Path) + " of resource " + quote(resource.GetName()),
			Detail:  "The connector knows every field of this resource, and this is none of them.",
			Remedy:  suggestionOr(decl.Path, append(fields.readable(), fields.beyond(path)...), customField(resource.GetSectionPath())),
		}
	}
	if d := typeOfField(out, described); d != nil {
		return d
	}
	out.filled = described.exact && described.field.GetFilled()
	out.sharp = sharpOf(decl, described.field)
	class := decl.Class
	if !needsPurpose(class) {
		class = fields.sensitiveClass(path)
	}
	if needsPurpose(class) && c.purpose(class) == nil {
		return purposeNeeded("field", decl.Name, class, decl.Range)
	}
	return nil
}

func customField(sectionPath string) string {
	if sectionPath == "" {
		return "See the connector's documentation for the fields that it reads."
	}
	return `A custom field is declared in its section: section "…" { field "…" { … } }.`
}

func typeOfField(out *SourceField, described found) *diag.Diagnostic {
	decl := out.Decl
	switch {
	case decl.Type == "" && decl.TypeR.File != "":
		return nil // lang has refused the type
	case decl.Type == "" && described.field == nil:
		return &diag.Diagnostic{
			Code: "untyped-field", Subject: &decl.Range,
			Summary: "The field " + quote(decl.Name) + " needs a type",
			Detail:  "The connector does not know this field, so only the mapping can say what it holds.",
			Remedy:  "Add its type: type = string, or int, date, list(string), …",
		}
	case decl.Type == "" && described.err != nil:
		return &diag.Diagnostic{
			Code: "connector-schema", Subject: &decl.PathR,
			Summary: "The connector describes " + quote(decl.Path) + " with a type that is none",
			Detail:  sentence(described.err.Error()),
			Remedy:  "Give the field a type in the mapping, and tell the connector's author.",
		}
	case decl.Type == "":
		out.Type = described.of
		return nil
	}
	of, err := record.ParseType(decl.Type)
	if err != nil {
		return unknownType(decl.Name, decl.TypeR, err)
	}
	out.Type = of
	if described.field != nil && described.err == nil && !readableAs(described.of, of) {
		return &diag.Diagnostic{
			Code: "wrong-type", Subject: &decl.TypeR,
			Summary: "The field " + quote(decl.Name) + " can't be read as " + article(of),
			Detail:  "The connector says that " + quote(decl.Path) + " is " + article(described.of) + ", so every record would be held back.",
			Remedy:  "Remove the type: the connector's own applies.",
		}
	}
	return nil
}

func unknownType(name string, place diag.Range, err error) *diag.Diagnostic {
	return &diag.Diagnostic{
		Code: "wrong-type", Subject: &place,
		Summary: "Unknown type of field " + quote(name),
		Detail:  sentence(err.Error()),
		Remedy:  "Write one of these types, without quotes.",
	}
}

// codePurposeNeeded is judged of what is sent, once it is known what is left out.
const codePurposeNeeded = "purpose-needed"

func purposeNeeded(what, name, class string, place diag.Range) *diag.Diagnostic {
	return &diag.Diagnostic{
		Code: codePurposeNeeded, Subject: &place,
		Summary: "The " + what + " " + quote(name) + " is of class " + class + ", which needs a purpose",
		Detail:  "Such data may only go where the mapping says why.",
		Remedy:  "Add a block purpose " + quote(class) + ` { why = "…" } to the mapping, or leave the field out.`,
	}
}

// readableAs reports whether JSON of one type can be read as another: what is
// written as text can be read as a string.
func readableAs(from, to record.Type) bool {
	switch {
	case from.Kind == record.List && to.Kind == record.List:
		return readableAs(*from.Elem, *to.Elem)
	case to.Kind == record.String && (from.Kind == record.Date || from.Kind == record.Timestamp || from.Kind == record.Double):
		return true
	case to.Kind == record.Date && from.Kind == record.Timestamp, to.Kind == record.Decimal && from.Kind == record.Double:
		return true
	case to.Kind == record.Timestamp && from.Kind == record.Date: // a connector that describes moments by their day
		return true
	}
	return assignable(from, to)
}
