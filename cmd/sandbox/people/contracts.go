package people

import (
	"math/rand/v2"
	"time"
)

// Contract is one work contract of one person. Those of a person never overlap.
type Contract struct {
	ID              int
	OwnerID         int
	StartsOn        string
	EndsOn          string // "": open
	Applicable      bool   // of several: today's, else the next, else the last
	EstablishmentID int
	TypeID          int // ContractTypes
	CreatedAt       string
	ModifiedAt      string
}

// ContractTypes by id.
var ContractTypes = map[int]string{1: "CDI", 2: "CDD"}

// contracts that one person may have
const contractsEach = 10

// Contracts are the person's, by start: the one that the file's dates are of, and
// for some people an earlier one.
func (c *Company) Contracts(e *Employee) []Contract {
	kind := 1
	if e.ContractEnd != "" && !e.Former(c.Today) {
		kind = 2
	}
	current := Contract{
		ID: e.ID*contractsEach + 2, OwnerID: e.ID, StartsOn: e.ContractStart, EndsOn: e.ContractEnd, Applicable: true,
		EstablishmentID: e.LegalEntityID, TypeID: kind, CreatedAt: e.ContractStart + "T09:00:00.12", ModifiedAt: e.ModifiedAt,
	}
	start, err := time.Parse(day, e.ContractStart)
	if err != nil {
		return nil // hired without a start: the file has no contract
	}
	random := c.dealer(e.ID, 1)
	if random.IntN(5) > 0 {
		return []Contract{current}
	}
	ended := start.AddDate(0, 0, -1-random.IntN(200))
	began := ended.AddDate(0, -6, 1)
	earlier := Contract{
		ID: e.ID*contractsEach + 1, OwnerID: e.ID, StartsOn: began.Format(day), EndsOn: ended.Format(day),
		EstablishmentID: e.LegalEntityID, TypeID: 2, CreatedAt: began.Format(day) + "T09:00:00.12", ModifiedAt: ended.Format(day) + "T18:00:00",
	}
	return []Contract{earlier, current}
}

// dealer gives a person's own chances, the same whatever happens to others.
func (c *Company) dealer(id int, of uint64) *rand.Rand {
	return rand.New(rand.NewPCG(c.seed<<8|of, uint64(id)))
}
