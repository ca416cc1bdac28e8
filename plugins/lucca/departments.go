package main

import (
	"encoding/json"
	"net/url"
	"strings"

	"passerelle/plugins/sdk"
)

const (
	departmentsResource = "departments"
	departmentsPath     = "/api/v3/departments"
)

// departments are published as a tree: parentId is the parent's id, and ancestors
// lead from the root to the parent. Lucca itself gives places in the tree, such
// as /1.0/2.0/, which are read and turned into ids here.
func departments() *resource {
	return &resource{
		about: described(&sdk.Resource{
			Name:     departmentsResource,
			Label:    &sdk.Text{Fr: "Départements", En: "Departments"},
			Identity: []string{"id"},
			LookUp:   []string{"ids"},
			Fields: []*sdk.Field{
				f("id", "int", "Identifiant", "Id", filled),
				f("name", "string", "Département", "Department"),
				f("code", "string", "Code", "Code"),
				f("parentId", "int", "Département parent (identifiant)", "Parent department (id)", refers(departmentsResource)),
				f("ancestors", "list(object({ id = int, name = string }))", "Départements au-dessus, depuis la racine", "Departments above, root first"),
				f("hierarchy", "string", "Place dans l'arbre", "Place in the tree"),
				f("level", "int", "Niveau", "Level"),
				f("sortOrder", "int", "Ordre", "Order"),
				f("isActive", "bool", "Actif", "Active", sharp("status")),
				f("headId", "int", "Responsable (identifiant)", "Head (id)", refers(usersResource)),
				f("head.id", "int", "Responsable (identifiant)", "Head (id)", refers(usersResource)),
				f("head.name", "string", "Responsable", "Head", class("identity")),
			},
		}, rightDepartments),
		api: v3, path: departmentsPath, right: rightDepartments,
		read: func(r *reading) *sdk.Error {
			return r.departments(func(id string, data json.RawMessage) *sdk.Error { r.record(id, data); return nil })
		},
		probe: probeDepartments,
		find:  func(r *reading, ids []string) *sdk.Error { return r.among(ids, r.departments) },
	}
}

// department is one node, while the tree is put together.
type department struct {
	id, name  string
	place     string // /1.0/2.0/; "" where Lucca gave none
	parent    string // the parent's place, or its id where Lucca gives that
	quoted    bool   // the id is a text
	data      json.RawMessage
	ancestors []*department
	known     bool // ancestors go up to the root
}

// departments reads version 3's, which give places.
func (r *reading) departments(keep func(id string, data json.RawMessage) *sdk.Error) *sdk.Error {
	return r.tree("hierarchy", func(each func(json.RawMessage) *sdk.Error) *sdk.Error {
		return r.walk3(list3{path: departmentsPath, what: "departments", query: url.Values{}, size: r.pageSize, most: maxPageSize}, each)
	}, keep)
}

// tree reads all departments before the first is handed on: an ancestor may come
// after its descendants. placed is the property that says where one stands.
func (r *reading) tree(placed string, walk func(each func(json.RawMessage) *sdk.Error) *sdk.Error, keep func(id string, data json.RawMessage) *sdk.Error) *sdk.Error {
	wanted := r.askForTree(placed)
	var all []*department
	complaint := walk(func(item json.RawMessage) *sdk.Error {
		d, complaint := r.department(item)
		if complaint == nil {
			all = append(all, d)
		}
		return complaint
	})
	if complaint != nil || !r.end.Complete {
		return complaint
	}
	arrange(all)
	for _, d := range all {
		if complaint := keep(d.id, d.published(wanted)); complaint != nil || r.failed != nil || r.end.Reason != "" {
			return complaint
		}
	}
	return nil
}

// askForTree splits what the mapping wants from what has to be asked for: ancestors
// is no property of Lucca's, and they need place, parent and name.
func (r *reading) askForTree(placed string) *node {
	wanted := r.root
	asked := &node{}
	for _, c := range wanted.children {
		if c.name != "ancestors" {
			asked.children = append(asked.children, c)
		}
	}
	for _, name := range []string{"name", placed, "parentId"} {
		asked.child(name)
	}
	if placed == "parent" {
		asked.child(placed).child("id") // version 5 refers to the parent
	}
	r.root = asked
	return wanted
}

func (r *reading) department(item json.RawMessage) (*department, *sdk.Error) {
	id, data, complaint := r.shape(item)
	if complaint != nil {
		return nil, complaint
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return nil, badAnswer("a department is no object")
	}
	at := func(name string) string {
		value, _ := member(members, name)
		return text(value)
	}
	d := &department{id: id, name: at("name"), place: at("hierarchy"), parent: at("parentId"), quoted: strings.HasPrefix(string(members["id"]), `"`), data: data}
	if parent, _ := member(members, "parent"); !isNull(parent) {
		d.parent = idOf(parent)
	}
	return d, nil
}

// arrange finds everybody's ancestors. A department whose chain breaks off,
// because one above is not visible, has none known: no guess is made.
func arrange(all []*department) {
	byPlace, byID := map[string]*department{}, map[string]*department{}
	for _, d := range all {
		byPlace[d.place], byID[d.id] = d, d
	}
	delete(byPlace, "")
	for _, d := range all {
		d.ancestors, d.known = climb(d, byPlace, byID)
	}
}

// climb goes up from a department, root first in what it gives. Departments that
// lead in circles have no root.
func climb(d *department, byPlace, byID map[string]*department) ([]*department, bool) {
	var up []*department
	for at := d; ; {
		above, root := at.above()
		if root {
			return up, true
		}
		next := byPlace[above]
		if next == nil {
			next = byID[above]
		}
		if next == nil || len(up) > len(byID) {
			return nil, false
		}
		up = append([]*department{next}, up...)
		at = next
	}
}

// above is the parent's place or id. A place says more than parentId, which some
// tenants give as the parent's place and some perhaps as its id.
func (d *department) above() (parent string, root bool) {
	place := strings.Trim(d.place, "/")
	if place == "" {
		parent = d.parent
		return parent, parent == "" || parent == "/"
	}
	cut := strings.LastIndexByte(place, '/')
	if cut < 0 {
		return "", true
	}
	return "/" + place[:cut] + "/", false
}

// published is the department with the tree's names in Describe's shape.
func (d *department) published(wanted *node) json.RawMessage {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(d.data, &members) // shaped before: an object
	delete(members, "parentId")
	if d.known {
		members["parentId"] = json.RawMessage("null")
		rows := make([]json.RawMessage, len(d.ancestors))
		for i, a := range d.ancestors {
			rows[i] = json.RawMessage(`{"id":` + a.number() + `,"name":` + string(quote(a.name)) + `}`)
			if i == len(rows)-1 {
				members["parentId"] = json.RawMessage(a.number())
			}
		}
		members["ancestors"] = list(rows)
	}
	return encode(wanted, members, nil)
}

// number is the id as JSON, in the type that Lucca gives it.
func (d *department) number() string {
	if !d.quoted {
		return d.id
	}
	return string(quote(d.id))
}
