# Several sources for one record. Lucca gives absences by the half-day and knows
# their owner by a number; the file wants one line a day, with the person's name and
# the kind of contract.

integration "join-and-group" { timezone = "Europe/Paris" }

input "lucca_url" { type = string }

connection "lucca" {
  plugin  = "lucca"
  url     = input.lucca_url
  api_key = env("LUCCA_API_KEY")
}

connection "days" {
  plugin = "file"
  path   = "days.csv"
}

mapping "days" {
  shown_as = "owner.first_name + ' ' + owner.last_name + ', ' + leave.date.format('dd/MM')"

  source "leave" {
    connection = connection.lucca
    resource   = "leaves"

    # Records with the same owner and date become one: a morning and an afternoon are
    # one day. Every other field becomes a list, with its empty places kept.
    group = ["owner_id", "date"]

    # Only these days are read, and only they are judged: a day that leaves the
    # window because time goes by is not a day that was cancelled.
    window "date" {
      from = "today().addMonths(-1)"
      to   = "today().addMonths(1)"
    }

    field "owner_id" { path = "leavePeriod.ownerId" }
    field "date" { path = "date" }
    field "cancelled_at" { path = "cancellationDate" }
  }

  # A left join: one person or none. Two would hold the record, rather than guess.
  source "owner" {
    connection = connection.lucca
    resource   = "users"
    include    = ["future", "former"]
    on         = { id = "leave.owner_id" }

    field "id" { path = "id" }
    field "first_name" { path = "firstName" }
    field "last_name" { path = "lastName" }
  }

  # many: the name is then a list of contracts.
  source "contracts" {
    connection = connection.lucca
    resource   = "work-contracts"
    on         = { owner_id = "leave.owner_id" }
    many       = true

    field "owner_id" { path = "ownerId" }
    field "type" { path = "type.name" }
    field "applies" { path = "isApplicable" }
  }

  # Of a day on which every half was cancelled, the line goes.
  removed {
    when = "leave.cancelled_at.all(c, filled(c))"
    do   = "delete"
  }

  target "line" {
    connection  = connection.days
    resource    = "rows"
    key         = ["who", "day"]
    date_format = "dd/MM/yyyy"

    snapshot {
      sort_by = ["day", "who"]
    }

    field "who" { type = int }
    field "name" { type = string }
    field "day" { type = date }
    field "length" { type = decimal }
    field "contract" { type = string }

    map = {
      who      = "leave.owner_id"
      name     = "owner.last_name.upper() + ' ' + owner.first_name"
      day      = "leave.date"
      length   = "size(leave.cancelled_at.filter(c, empty(c))) > 1 ? decimal('1') : decimal('0.5')"
      contract = "contracts.filter(c, c.applies).map(c, c.type).join(', ')"
    }
  }
}
