package people

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"
)

var today = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)

func company(t *testing.T, employees int, seed int64) *Company {
	t.Helper()
	c, err := New(Options{Employees: employees, Seed: seed, Flaws: 3, Today: today})
	require.NoError(t, err)
	return c
}

func TestASeedGivesTheSamePeople(t *testing.T) {
	t.Parallel()
	for _, seed := range []int64{1, 2} {
		require.Equal(t, company(t, 340, seed).Employees(), company(t, 340, seed).Employees())
	}
	require.NotEqual(t, company(t, 340, 1).Employees()[0].Name()+company(t, 340, 1).Employees()[1].Name(),
		company(t, 340, 2).Employees()[0].Name()+company(t, 340, 2).Employees()[1].Name())
}

func TestTheDayMovesOnlyLeaversAndPeopleToCome(t *testing.T) {
	t.Parallel()
	later, err := New(Options{Employees: 340, Seed: 1, Flaws: 3, Today: today.AddDate(0, 3, 11)})
	require.NoError(t, err)
	moved := 0
	for i, e := range company(t, 340, 1).Employees() {
		other := *later.Employees()[i]
		if other.ContractStart != e.ContractStart || other.ContractEnd != e.ContractEnd {
			moved++
			other.ContractStart, other.ContractEnd, other.SeniorityDate = e.ContractStart, e.ContractEnd, e.SeniorityDate
			if other.ModifiedAt > e.ModifiedAt {
				other.ModifiedAt = e.ModifiedAt
			}
		}
		require.Equal(t, e.Name(), other.Name())
		require.Equal(t, e.BirthDate, other.BirthDate)
		require.Equal(t, e.Mail, other.Mail)
	}
	require.Less(t, moved, 340/4)
}

func TestACompanyHasWhatTripsUpIntegrations(t *testing.T) {
	t.Parallel()
	for seed := range int64(10) {
		c := company(t, 340, seed)
		count := map[string]int{}
		numbers, mails := map[string]int{}, map[string]int{}
		for _, e := range c.Employees() {
			tally := map[string]bool{
				"former": e.Former(c.Today), "future": e.Future(c.Today),
				"no mail": e.Mail == "", "no title": e.CivilTitle == "", "no landline": e.DirectLine == "",
				"no number": e.EmployeeNumber == "", "odd title": e.CivilTitle == "Professor",
				"no birth date": e.BirthDate == "", "no nationality": e.NationalityID == 0,
				"leading zero": strings.HasPrefix(e.EmployeeNumber, "0"), "last day today": e.ContractEnd == c.Today,
				"apostrophe": strings.Contains(e.LastName, "'"), "hyphen": strings.Contains(e.FirstName, "-"),
				"particle": strings.HasPrefix(e.LastName, "de La "), "ligature": strings.ContainsAny(e.Name(), "œ"),
				"outside Latin-1": strings.ContainsAny(e.Name(), "ŁŠčİ"), "several languages": len(languages(e)) > 1,
			}
			for name, is := range tally {
				if is {
					count[name]++
				}
			}
			numbers[e.EmployeeNumber]++
			mails[e.Mail]++
			require.Positive(t, e.DepartmentID)
			require.LessOrEqual(t, e.SeniorityDate, e.ContractStart)
			if e.ContractEnd != "" {
				require.Less(t, e.ContractStart, e.ContractEnd)
			}
			if boss, ok := c.Employee(e.ManagerID); ok {
				require.False(t, boss.Former(c.Today) || boss.Future(c.Today), "a manager is there")
			} else {
				require.Equal(t, firstID, e.ID, "only the head of the firm has no manager")
			}
		}
		require.Equal(t, 23, count["former"])
		require.Equal(t, 6, count["future"])
		require.Equal(t, 2, count["no number"])
		require.Equal(t, 1, count["odd title"])
		require.Equal(t, 3, count["no mail"])
		require.Greater(t, count["no landline"], 170, "most people have none")
		for _, name := range []string{"no title", "no birth date", "no nationality", "leading zero", "last day today", "apostrophe",
			"hyphen", "particle", "ligature", "outside Latin-1", "several languages"} {
			require.Positive(t, count[name], name)
		}
		for number, n := range numbers {
			require.True(t, n == 1 || number == "", "numbers are unique")
		}
		for mail, n := range mails {
			require.True(t, n == 1 || mail == "", "mails are unique")
		}
	}
}

func languages(e *Employee) []string {
	spoken, _ := e.Extended["e_languages"].([]string)
	return spoken
}

func TestFlawsArePresentAndNamed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ employees, flaws, want int }{
		"by default": {340, 3, 3}, "none": {340, 0, 0}, "more": {340, 7, 7}, "nobody to spare": {5, 3, 0}, "few to spare": {20, 9, 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := New(Options{Employees: test.employees, Seed: 1, Flaws: test.flaws, Today: today})
			require.NoError(t, err)
			require.Len(t, c.Flaws(), test.want)
			for _, flaw := range c.Flaws() {
				e, ok := c.Employee(flaw.ID)
				require.True(t, ok)
				require.False(t, e.Former(c.Today) || e.Future(c.Today))
			}
		})
	}
}

func TestNumbersAreSound(t *testing.T) {
	t.Parallel()
	for _, e := range company(t, 2000, 3).Employees() {
		if e.DirectLine != "" {
			number, err := phonenumbers.Parse(e.DirectLine, "FR")
			require.NoError(t, err)
			require.True(t, phonenumbers.IsValidNumber(number), e.DirectLine)
			require.Equal(t, phonenumbers.FIXED_LINE, phonenumbers.GetNumberType(number))
		}
		digits, ok := new(big.Int).SetString(e.IBAN[4:]+"1527"+e.IBAN[2:4], 10)
		require.True(t, ok)
		require.Equal(t, int64(1), new(big.Int).Mod(digits, big.NewInt(97)).Int64())
		require.Len(t, e.IBAN, 27)
		var insured, key int
		_, err := fmt.Sscanf(e.InsuranceNumber, "%013d %02d", &insured, &key)
		require.NoError(t, err)
		require.Len(t, e.InsuranceNumber, 16)
		require.Zero(t, (insured+key)%97)
		require.Regexp(t, `^[a-z-]+\.[a-z-]+[0-9]*$`, e.Login)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]Options{
		"nobody":          {Employees: 0, Today: today},
		"too many":        {Employees: MaxEmployees + 1, Today: today},
		"negative flaws":  {Employees: 1, Flaws: -1, Today: today},
		"no day to be on": {Employees: 1},
	}
	for name, options := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := New(options)
			require.Error(t, err)
		})
	}
}

func TestPatch(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 9, 1, 10, 20, 6, 0, time.UTC)
	c := company(t, 30, 1)
	before := *c.Employees()[3]
	snapshot := c.Employees()

	changed, err := c.Patch(before.ID, []byte(`{"mail":null,"dtContractEnd":"2026-08-31","extendedData":{"e_languages":["latin","grec"],"e_diploma":null}}`), at)
	require.NoError(t, err)
	require.Empty(t, changed.Mail)
	require.True(t, changed.Former(c.Today))
	require.Equal(t, "2026-09-01T10:20:06", changed.ModifiedAt)
	require.Equal(t, []string{"latin", "grec"}, changed.Extended["e_languages"])
	require.NotContains(t, changed.Extended, "e_diploma")
	require.Equal(t, before.LastName, changed.LastName)
	require.Equal(t, before, *snapshot[3], "a snapshot handed out before stays as it was")

	c.Reset()
	restored, _ := c.Employee(before.ID)
	require.Equal(t, before, *restored)
}

func TestPatchRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ patch, says string }{
		"unknown field":      {`{"mial":"x"}`, "mial is not a field"},
		"wrong kind":         {`{"mail":12}`, "mail can't be a JSON number"},
		"not an object":      {`[]`, "one JSON object"},
		"null":               {`null`, "one JSON object"},
		"another id":         {`{"id":7}`, "id can't be changed"},
		"no such department": {`{"departmentId":999}`, "departmentId"},
		"no such place":      {`{"legalEntityId":999}`, "legalEntityId"},
		"no such country":    {`{"nationalityId":999}`, "nationalityId"},
		"no such manager":    {`{"managerId":999}`, "managerId"},
		"no date":            {`{"birthDate":"31/12/2026"}`, "birthDate"},
		"no custom field":    {`{"extendedData":{"e_nope":"x"}}`, "e_nope"},
		"one where several":  {`{"extendedData":{"e_languages":"x"}}`, "list"},
		"several where one":  {`{"extendedData":{"e_diploma":["x"]}}`, "one text"},
		"no such choice":     {`{"extendedData":{"e_driving_licence":"moto"}}`, "choice"},
		"custom date":        {`{"extendedData":{"e_diploma_date":"hier"}}`, "date"},
	}
	c := company(t, 30, 1)
	before := *c.Employees()[5]
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.Patch(before.ID, []byte(test.patch), today)
			require.ErrorContains(t, err, test.says)
			require.NotContains(t, err.Error(), "Employee")
			after, _ := c.Employee(before.ID)
			require.Equal(t, before, *after)
		})
	}
	_, err := c.Patch(1, []byte(`{}`), today)
	require.ErrorIs(t, err, ErrUnknown)
}

func TestHireAndRemove(t *testing.T) {
	t.Parallel()
	c := company(t, 30, 1)
	hired, err := c.Hire([]byte(`{"firstName":"Zoé","lastName":"N'Guyen","dtContractStart":"2026-10-01","employeeNumber":"09999"}`), today)
	require.NoError(t, err)
	require.Equal(t, firstID+30, hired.ID)
	require.True(t, hired.Future(c.Today))
	require.Len(t, c.Employees(), 31)

	_, err = c.Hire([]byte(`{"firstName":"Zoé"}`), today)
	require.ErrorContains(t, err, "required")
	_, err = c.Hire([]byte(`{"id":101,"firstName":"Zoé","lastName":"X","dtContractStart":"2026-10-01"}`), today)
	require.ErrorContains(t, err, "id must be")

	require.NoError(t, c.Remove(hired.ID))
	require.ErrorIs(t, c.Remove(hired.ID), ErrUnknown)
	require.Len(t, c.Employees(), 30)
}
