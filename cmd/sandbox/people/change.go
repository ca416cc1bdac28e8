package people

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrUnknown means that nobody has the id.
var ErrUnknown = errors.New("nobody has this id")

// Patch changes one person by a JSON merge patch (RFC 7396) of Employee: what
// is named is changed, null empties. at becomes modifiedAt. It returns the
// person as changed, ErrUnknown, or an error that says what is wrong with the
// patch, in which case nothing was changed.
func (c *Company) Patch(id int, patch []byte, at time.Time) (*Employee, error) {
	c.write.Lock()
	defer c.write.Unlock()

	all := slices.Clone(c.Employees())
	i, found := search(all, id)
	if !found {
		return nil, ErrUnknown
	}
	changed, err := c.merge(all[i], patch)
	if err != nil {
		return nil, err
	}
	if changed.ID != id {
		return nil, errors.New("id can't be changed: hire somebody instead")
	}
	changed.ModifiedAt = stamp(at)
	c.noted(at, all[i], changed)
	all[i] = changed
	c.now.Store(&all)
	return changed, nil
}

// Hire adds one person, described as Patch does from an empty file, with the
// next free id, in the first establishment and department unless it says
// otherwise. firstName, lastName and dtContractStart are required.
func (c *Company) Hire(description []byte, at time.Time) (*Employee, error) {
	c.write.Lock()
	defer c.write.Unlock()

	all := slices.Clone(c.Employees())
	next := firstID
	if len(all) > 0 {
		next = all[len(all)-1].ID + 1
	}
	blank := &Employee{ID: next, LegalEntityID: c.Establishments[0].ID, DepartmentID: c.Departments[0].ID}
	hired, err := c.merge(blank, description)
	if err != nil {
		return nil, err
	}
	if hired.FirstName == "" || hired.LastName == "" || hired.ContractStart == "" {
		return nil, errors.New("firstName, lastName and dtContractStart are required")
	}
	if hired.ID < next {
		return nil, fmt.Errorf("id must be left out, or be at least %d", next)
	}
	hired.ModifiedAt = stamp(at)
	c.noted(at, nil, hired)
	all = append(all, hired)
	c.now.Store(&all)
	return hired, nil
}

// Remove erases one person, as an administrator who deletes a file does. It
// returns ErrUnknown when there is nobody to erase.
func (c *Company) Remove(id int) error {
	c.write.Lock()
	defer c.write.Unlock()
	all := slices.Clone(c.Employees())
	i, found := search(all, id)
	if !found {
		return ErrUnknown
	}
	c.noted(time.Now(), all[i], nil)
	all = slices.Delete(all, i, i+1)
	c.now.Store(&all)
	return nil
}

func stamp(at time.Time) string { return at.Format("2006-01-02T15:04:05") }

// merge returns a changed copy.
func (c *Company) merge(from *Employee, patch []byte) (*Employee, error) {
	before, err := json.Marshal(from)
	if err != nil {
		return nil, err
	}
	var file, changes map[string]any
	if err := decode(before, &file); err != nil {
		return nil, err
	}
	if err := decode(patch, &changes); err != nil || changes == nil {
		return nil, errors.New("the body must be one JSON object")
	}
	for name := range changes {
		if _, known := file[name]; !known { // every field is written, filled or not
			return nil, fmt.Errorf("%s is not a field of an employee's file", name)
		}
	}
	mergeInto(file, changes)
	after, err := json.Marshal(file)
	if err != nil {
		return nil, err
	}

	changed := &Employee{}
	if err := json.Unmarshal(after, changed); err != nil {
		var mismatch *json.UnmarshalTypeError
		if errors.As(err, &mismatch) {
			return nil, fmt.Errorf("%s can't be a JSON %s", mismatch.Field, mismatch.Value)
		}
		return nil, err
	}
	if err := c.check(changed); err != nil {
		return nil, err
	}
	return changed, nil
}

func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// mergeInto is RFC 7396 on decoded objects.
func mergeInto(file, changes map[string]any) {
	for name, value := range changes {
		inner, isObject := value.(map[string]any)
		if value == nil {
			delete(file, name)
			continue
		}
		if !isObject {
			file[name] = value
			continue
		}
		existing, ok := file[name].(map[string]any)
		if !ok {
			existing = map[string]any{}
		}
		mergeInto(existing, inner)
		file[name] = existing
	}
}

// check refuses what the API could not show: unknown references, dates that
// are none, custom values of another shape. Custom values come out in the
// types that Employee.Extended promises.
func (c *Company) check(e *Employee) error {
	if _, ok := c.Department(e.DepartmentID); !ok {
		return fmt.Errorf("departmentId: there is no department %d", e.DepartmentID)
	}
	if _, ok := c.Establishment(e.LegalEntityID); !ok {
		return fmt.Errorf("legalEntityId: there is no establishment %d", e.LegalEntityID)
	}
	if _, ok := c.Country(e.NationalityID); e.NationalityID != 0 && !ok {
		return fmt.Errorf("nationalityId: there is no country %d", e.NationalityID)
	}
	if _, ok := c.Employee(e.ManagerID); e.ManagerID != 0 && !ok {
		return fmt.Errorf("managerId: there is no employee %d", e.ManagerID)
	}
	dates := map[string]string{"birthDate": e.BirthDate, "dtContractStart": e.ContractStart, "dtContractEnd": e.ContractEnd, "seniorityDate": e.SeniorityDate}
	for name, value := range dates {
		if value != "" && !isDate(value) {
			return fmt.Errorf("%s: a date is written 2026-12-31", name)
		}
	}
	for code, value := range e.Extended {
		sound, err := c.custom(code, value)
		if err != nil {
			return fmt.Errorf("extendedData: %s: %w", code, err)
		}
		e.Extended[code] = sound
	}
	return nil
}

func (c *Company) custom(code string, value any) (any, error) {
	field, ok := c.CustomField(code)
	if !ok {
		return nil, errors.New("no such custom field")
	}
	if field.Format == "object" {
		if _, isObject := value.(map[string]any); !isObject {
			return nil, errors.New("takes an object")
		}
		return value, nil
	}
	if !field.Multiple {
		text, isText := value.(string)
		if !isText {
			return nil, errors.New("takes one text; a choice is given by its label")
		}
		return text, field.check(text)
	}
	rows, isList := value.([]any)
	if !isList {
		return nil, errors.New("takes a list of texts")
	}
	texts := make([]string, 0, len(rows))
	for _, row := range rows {
		text, isText := row.(string)
		if !isText {
			return nil, errors.New("takes a list of texts")
		}
		if err := field.check(text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// CustomField finds one custom field by its code, in any section.
func (c *Company) CustomField(code string) (*CustomField, bool) {
	for _, section := range c.Sections {
		for i := range section.Fields {
			if section.Fields[i].Code == code {
				return &section.Fields[i], true
			}
		}
	}
	return nil, false
}

func (f *CustomField) check(text string) error {
	switch f.Format {
	case "date":
		if !isDate(text) {
			return errors.New("a date is written 2026-12-31")
		}
	case "select":
		if _, ok := f.Entry(text); !ok {
			return errors.New("not a label of this choice list")
		}
	}
	return nil
}

// Entry finds an entry of a choice list by its label.
func (f *CustomField) Entry(label string) (Entry, bool) {
	i := slices.IndexFunc(f.Entries, func(e Entry) bool { return e.Name == label })
	if i < 0 {
		return Entry{}, false
	}
	return f.Entries[i], true
}

func isDate(text string) bool {
	_, err := time.Parse(day, text)
	return err == nil
}
