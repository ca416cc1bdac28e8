package box

import (
	"encoding/json"
	"errors"
	"net/http"

	"passerelle/cmd/sandbox/personio"
)

// personioEdit lays the body over a person, or over a new one.
func (b *Box) personioEdit(w http.ResponseWriter, r *http.Request) {
	id := 0
	if r.PathValue("id") != "" {
		var ok bool
		if id, ok = number(w, r); !ok {
			return
		}
	}
	body, ok := read(w, r)
	if !ok {
		return
	}
	changed, err := b.Personio.Edit(id, func(p *personio.Person) error { return json.Unmarshal(body, p) })
	switch {
	case errors.Is(err, personio.ErrUnknown):
		refuse(w, http.StatusNotFound, err)
	case err != nil:
		refuse(w, http.StatusBadRequest, err)
	default:
		write(w, http.StatusOK, changed)
	}
}

func (b *Box) personioDepartment(w http.ResponseWriter, r *http.Request) {
	var department struct {
		Name string `json:"name"`
	}
	if !into(w, r, &department) {
		return
	}
	b.Personio.AddDepartment(department.Name)
	write(w, http.StatusCreated, department)
}

func (b *Box) personioRights(w http.ResponseWriter, r *http.Request) {
	change(w, r, b.Personio.Rights(), b.Personio.SetRights)
}

func (b *Box) personioStyle(w http.ResponseWriter, r *http.Request) {
	change(w, r, b.Personio.Style(), b.Personio.SetStyle)
}
