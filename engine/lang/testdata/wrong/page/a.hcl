connection "api" {
  plugin = "rest"
}

mapping "people" {
  source "person" {
    connection = connection.api
    resource   = "people"
    field "id" { path = "id" }
  }

  target "profile" {
    connection = connection.api
    resource   = "profiles"
    key        = "id"
    map        = { id = "person.id" }

    endpoint "find" {
      page {
        by         = "curser"
        size_param = "limit"
        first      = "one"
      }
      page { by = "page" }
    }
    endpoint "find" {
      fields = ["a"]
      page { by = "cursor" }
    }
    endpoint "find" {
      fields = ["b"]
      page {
        by   = "link"
        next = "meta.next"
      }
    }
    endpoint "find" {
      fields = ["c"]
      page {
        by    = "offset"
        pages = "meta.pages"
        limit = 10
      }
    }
    endpoint "find" {
      fields = ["d"]
      page { size = 12.5 }
    }
    endpoint "create" {
      page { by = "page" }
    }
  }
}
