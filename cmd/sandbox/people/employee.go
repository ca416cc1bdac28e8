package people

// Employee is one person as Lucca's file holds them. Empty strings and zeros
// mean "not filled". Dates are civil, as 2006-01-02. The JSON names are those
// of Lucca's v3 users, so that a patch reads like the API.
//
// An Employee handed out by a Company is shared and never changes: a patch
// puts a new one in its place.
type Employee struct {
	ID                 int    `json:"id"`
	FirstName          string `json:"firstName"`
	LastName           string `json:"lastName"`
	Login              string `json:"login"`
	Mail               string `json:"mail"`
	EmployeeNumber     string `json:"employeeNumber"`
	CivilTitle         string `json:"civilTitle"` // "Mister" or "Miss" in sound data
	Gender             string `json:"gender"`
	NationalityID      int    `json:"nationalityId"` // Country.ID
	BirthDate          string `json:"birthDate"`
	DirectLine         string `json:"directLine"` // free text, in any format
	ProfessionalMobile string `json:"professionalMobile"`
	PersonalEmail      string `json:"personalEmail"`
	Address            string `json:"address"`
	JobTitle           string `json:"jobTitle"`
	DepartmentID       int    `json:"departmentId"`
	LegalEntityID      int    `json:"legalEntityId"` // Establishment.ID
	ManagerID          int    `json:"managerId"`
	ContractStart      string `json:"dtContractStart"`
	ContractEnd        string `json:"dtContractEnd"`
	SeniorityDate      string `json:"seniorityDate"`
	InsuranceNumber    string `json:"insuranceNumber"`
	IBAN               string `json:"iban"`
	BIC                string `json:"bic"`
	BankName           string `json:"bankName"`
	ModifiedAt         string `json:"modifiedAt"` // 2006-01-02T15:04:05, local, no offset

	// Extended holds the custom fields of the employee file by code: []string
	// where CustomField.Multiple, map[string]any of an object, otherwise string. A
	// choice is held as its label, a date as 2006-01-02.
	Extended map[string]any `json:"extendedData"`
}

// Name is how Lucca names a person: first name, then last name.
func (e *Employee) Name() string { return e.FirstName + " " + e.LastName }

// Former reports whether the contract ended before today. The last day itself
// is still worked.
func (e *Employee) Former(today string) bool {
	return e.ContractEnd != "" && e.ContractEnd < today
}

// Future reports whether the contract starts after today.
func (e *Employee) Future(today string) bool {
	return e.ContractStart > today
}
