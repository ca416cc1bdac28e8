package box

import (
	"encoding/json"
	"errors"
	"fmt"
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
		Was  string `json:"was"`
	}
	if !into(w, r, &department) {
		return
	}
	if department.Was == "" {
		b.Personio.AddDepartment(department.Name)
	} else if !b.Personio.RenameDepartment(department.Was, department.Name) {
		refuse(w, http.StatusNotFound, fmt.Errorf("there is no department %q", department.Was))
		return
	}
	write(w, http.StatusCreated, department)
}

func (b *Box) personioErase(w http.ResponseWriter, r *http.Request) {
	id, ok := number(w, r)
	switch {
	case !ok: // it has been refused
	case !b.Personio.Erase(id):
		refuse(w, http.StatusNotFound, personio.ErrUnknown)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (b *Box) personioExpire(w http.ResponseWriter, _ *http.Request) {
	b.Personio.Expire()
	write(w, http.StatusOK, map[string]bool{"expired": true})
}

func (b *Box) personioRights(w http.ResponseWriter, r *http.Request) {
	change(w, r, b.Personio.Rights(), b.Personio.SetRights)
}

func (b *Box) personioStyle(w http.ResponseWriter, r *http.Request) {
	change(w, r, b.Personio.Style(), b.Personio.SetStyle)
}
