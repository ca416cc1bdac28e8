package people

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"
)

// employee is what a team would declare for encoding/json.
type employee struct {
	ID             int64  `json:"id"`
	EmployeeNumber string `json:"employeeNumber"`
	LastName       string `json:"lastName"`
	FirstName      string `json:"firstName"`
	CivilTitle     string `json:"civilTitle"`
	Mail           string `json:"mail"`
	Phone          string `json:"phone"`
	BirthDate      string `json:"birthDate"`
	ContractStart  string `json:"dtContractStart"`
	JobTitle       string `json:"jobTitle"`
	LegalEntity    struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	} `json:"legalEntity"`
	Department struct {
		Name string `json:"name"`
	} `json:"department"`
	Manager struct {
		ID int64 `json:"id"`
	} `json:"manager"`
	ModifiedAt string `json:"modifiedAt"`
}

// profile is the target's record.
type profile struct {
	Matricule  string `json:"matricule"`
	Nom        string `json:"nom"`
	NomComplet string `json:"nom_complet"`
	Email      string `json:"email"`
	Civilite   string `json:"civilite"`
	Naissance  string `json:"naissance"`
	Entree     string `json:"entree"`
	Telephone  string `json:"telephone,omitempty"`
	Zone       string `json:"zone"`
}

var southEast = []string{"Lyon", "Grenoble", "Annecy"}

// Standard is the second loop: on encoding/json, as a team would write it.
func Standard(in io.Reader, out io.Writer) error {
	w := bufio.NewWriterSize(out, 1<<16)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	err := lines(in, func(data []byte) error {
		var e employee
		if err := json.Unmarshal(data, &e); err != nil {
			return err
		}
		p, err := profileOf(&e)
		if err != nil {
			return err
		}
		return encoder.Encode(p)
	})
	if err != nil {
		return err
	}
	return w.Flush()
}

func profileOf(e *employee) (*profile, error) {
	born, err := time.Parse(time.DateOnly, e.BirthDate)
	if err != nil {
		return nil, err
	}
	began, err := time.Parse(time.DateOnly, e.ContractStart)
	if err != nil {
		return nil, err
	}
	p := &profile{
		Matricule:  e.EmployeeNumber,
		Nom:        strings.ToUpper(e.LastName),
		NomComplet: e.FirstName + " " + e.LastName,
		Email:      strings.ToLower(e.Mail),
		Civilite:   "M.",
		Naissance:  born.Format("02/01/2006"),
		Entree:     began.Format(time.DateOnly),
		Telephone:  strings.ReplaceAll(e.Phone, " ", ""),
		Zone:       "Autre",
	}
	if e.CivilTitle == "Miss" {
		p.Civilite = "Mme"
	}
	if slices.Contains(southEast, e.LegalEntity.Name) {
		p.Zone = "Sud-Est"
	}
	return p, nil
}
