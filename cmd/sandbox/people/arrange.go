package people

// organise gives everybody a department, a job and a manager. The first
// employees head the departments, as many as there are; it returns how many
// people are heads, the first of them heading the firm.
func (g *generator) organise(employees []*Employee) int {
	active := make([]*Department, 0, len(g.company.Departments))
	for i := range g.company.Departments {
		department := &g.company.Departments[i]
		department.IsActive = len(department.Jobs) > 0
		if department.IsActive {
			active = append(active, department)
		}
	}
	staffed := min(len(active), len(employees))
	heads := map[int]int{} // department → head
	for i, department := range active[:staffed] {
		head := employees[i]
		department.HeadID = head.ID
		heads[department.ID] = head.ID
		head.DepartmentID = department.ID
		head.JobTitle = "Responsable — " + department.Name
		head.ManagerID = heads[department.Parent] // 0 for the head of the firm
	}
	for _, e := range employees[staffed:] {
		department := active[g.random.IntN(staffed)]
		e.DepartmentID = department.ID
		e.JobTitle = department.Jobs[g.random.IntN(len(department.Jobs))]
		e.ManagerID = department.HeadID
	}
	return staffed
}

// unsettle turns some of those who head nothing into leavers, people to come,
// people with gaps, and the flawed ones.
func (g *generator) unsettle(employees []*Employee, options Options) []Flaw {
	order := g.random.Perm(len(employees))
	take := func(wanted int, change func(n int, e *Employee)) {
		wanted = min(wanted, len(order))
		for n, i := range order[:wanted] {
			change(n, employees[i])
		}
		order = order[wanted:]
	}
	share := func(percent int) int {
		if options.Employees < smallest {
			return 0
		}
		return max(1, options.Employees*percent/100)
	}

	var flaws []Flaw
	take(options.Flaws, func(n int, e *Employee) {
		flaws = append(flaws, spoil(n, e))
	})
	take(share(leaversPercent), func(_ int, e *Employee) {
		end := g.today.AddDate(0, 0, -1-g.random.IntN(400))
		e.ContractEnd = end.Format(day)
		if e.ContractStart > e.ContractEnd {
			e.ContractStart = end.AddDate(0, -6, 0).Format(day)
			e.SeniorityDate = e.ContractStart
		}
	})
	take(share(futurePercent), func(_ int, e *Employee) {
		e.ContractStart = g.today.AddDate(0, 0, 3+g.random.IntN(90)).Format(day)
		e.SeniorityDate = e.ContractStart
	})
	take(share(3), func(n int, e *Employee) { // fixed-term contracts, the first one ending today
		e.ContractEnd = g.today.AddDate(0, 0, n*(1+g.random.IntN(30))).Format(day)
	})
	take(share(1), func(_ int, e *Employee) { e.Mail = "" })
	take(share(1), func(_ int, e *Employee) { e.CivilTitle = "" })
	take(share(1), func(_ int, e *Employee) { e.BirthDate = "" })
	take(share(2), func(_ int, e *Employee) { e.NationalityID = 0 })
	return flaws
}

// spoil gives one present person a fault that the lucca-oppus mapping holds
// back: of each three, two have no employee number and one has a title that
// the mapping's table doesn't know.
func spoil(n int, e *Employee) Flaw {
	if n%3 == 2 {
		e.CivilTitle = "Professor"
		return Flaw{ID: e.ID, Field: "civilTitle", Problem: "unknown title"}
	}
	e.EmployeeNumber = ""
	return Flaw{ID: e.ID, Field: "employeeNumber", Problem: "no employee number"}
}
